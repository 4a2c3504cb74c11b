package mail

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-smtp"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How long to stay away when a day's allowance is used up. Neither protocol can
// say until when; see Options.Away for the rest.
const dailyFor = 6 * time.Hour

// fromIMAP says what an error of an IMAP command asks for, by its response code
// (RFC 5530 and RFC 9051, 7.1), never by its words. signingIn is true for LOGIN
// and AUTHENTICATE, whose plain NO is a refused password (RFC 9051, 6.2.3).
func fromIMAP(err error, signingIn bool, now, away time.Time) error {
	var status *imap.Error
	switch {
	case err == nil || isFault(err) || errors.Is(err, context.Canceled):
		return err
	case !errors.As(err, &status):
		return collectors.FromNetwork(err, false, false)
	}
	fault := func(kind community.FaultKind, key string) error {
		return community.Faultf(kind, key).Because(err)
	}
	switch status.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired:
		return fault(community.Unauthorised, "network.unauthorised")
	case imap.ResponseCodePrivacyRequired:
		return fault(community.Invalid, "mail.encryption")
	case imap.ResponseCodeContactAdmin, imap.ResponseCodeNoPerm:
		return fault(community.Forbidden, "network.forbidden")
	case imap.ResponseCodeLimit:
		return collectors.Limit("network.limited", away).Because(err)
	case imap.ResponseCodeOverQuota, imap.ResponseCodeTooBig:
		// For a sign-in it is a bandwidth of the day (Gmail), for APPEND the disk.
		return collectors.Limit("mail.quota", now.Add(dailyFor)).Because(err)
	case imap.ResponseCodeNonExistent, imap.ResponseCodeTryCreate:
		return fault(community.NotFound, "mail.folder")
	case imap.ResponseCodeAlert:
		// Words for a human, behind which stand both "too many connections" and
		// "sign in by the web first": neither ends by asking quickly.
		return collectors.Limit("network.limited", away).Because(err)
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeServerBug, imap.ResponseCodeCorruption:
		return fault(community.Unavailable, "network.unavailable")
	}
	if signingIn && status.Type == imap.StatusResponseTypeNo {
		return fault(community.Unauthorised, "network.unauthorised")
	}
	return fault(community.Unavailable, "network.unavailable")
}

// fromSMTP says what an error of a submission asks for, by reply code and
// enhanced code (RFC 5321, RFC 3463, RFC 4954). Whatever a server answers it has
// certainly not taken the letter; what an error without an answer means only the
// caller knows, see sent.
func fromSMTP(err error, sent bool, now, away time.Time) error {
	var said *smtp.SMTPError
	switch {
	case err == nil || isFault(err):
		return err
	case !errors.As(err, &said):
		return collectors.FromNetwork(err, true, sent)
	}
	fault := func(kind community.FaultKind, key string) error {
		return community.Faultf(kind, key).Because(err)
	}
	class, subject, detail := said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2]
	switch {
	case said.Code == 530 || said.Code == 534 || said.Code == 535 || said.Code == 538,
		class == 5 && subject == 7 && (detail == 8 || detail == 9 || detail == 11 || detail == 14):
		return fault(community.Unauthorised, "network.unauthorised")
	case said.Code == 454 && subject == 7:
		return fault(community.Unavailable, "network.unavailable") // 4.7.0: a sign-in that may work later
	case class == 5 && subject == 4 && detail == 5:
		return collectors.Limit("mail.quota", now.Add(dailyFor)).Because(err) // a day's allowance (Gmail)
	case said.Code == 452, class == 4 && (subject == 7 || subject == 5 && detail == 3 || subject == 2 && detail == 1):
		return collectors.Limit("network.limited", away).Because(err)
	case said.Code >= 400 && said.Code < 500:
		return fault(community.Unavailable, "network.unavailable")
	case class == 5 && subject == 1:
		return fault(community.Refused, "mail.recipient")
	case class == 5 && subject == 2 && detail == 2:
		return fault(community.Refused, "mail.recipient_full")
	case said.Code == 552, class == 5 && subject == 3 && detail == 4:
		return fault(community.Refused, "mail.too_large")
	}
	return fault(community.Refused, "network.refused")
}

func isFault(err error) bool {
	var f *community.Fault
	return errors.As(err, &f)
}
