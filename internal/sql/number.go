package sql

import "context"

// numbers are the next row numbers, given by the one writer.
type numbers struct{ conversation, author, event, orphan int64 }

// loadNumbers reads where the numbers stand.
func loadNumbers(ctx context.Context, c *conn) (n numbers, err error) {
	var ofMessages int64
	err = c.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(max(num), 0) FROM conversation), (SELECT coalesce(max(num), 0) FROM message),
		(SELECT coalesce(max(num), 0) FROM author), (SELECT coalesce(max(num), 0) FROM event),
		(SELECT coalesce(min(num), 0) FROM message)`).Scan(&n.conversation, &ofMessages, &n.author, &n.event, &n.orphan)
	n.conversation = max(n.conversation, ofMessages>>placeBits)
	n.orphan = min(n.orphan, 0)
	n.conversation, n.author, n.event, n.orphan = n.conversation+1, n.author+1, n.event+1, n.orphan-1
	return n, err
}
