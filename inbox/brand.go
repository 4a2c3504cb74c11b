package inbox

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// me tells a program whom its token stands for.
func (a api) me(c *fiber.Ctx) error { return answer(c, fiber.StatusOK, viewerOf(c)) }

func (a api) brands(c *fiber.Ctx) error {
	items, err := a.s.Reader.Brands(c.UserContext(), viewerOf(c))
	return whole(c, items, err)
}

func (a api) channels(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	items, err := a.s.Reader.Channels(c.UserContext(), viewerOf(c), brand)
	return whole(c, items, err)
}

// account is an account with the key by which replies name it.
type account struct {
	Key string `json:"key"`
	community.Account
}

func (a api) accounts(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	found, err := a.s.Reader.Accounts(c.UserContext(), viewerOf(c), brand)
	items := make([]account, len(found))
	for i := range found {
		items[i] = account{Key: found[i].Key(), Account: found[i]}
	}
	return whole(c, items, err)
}

// colleague is what a program may know of an agent: whom it can assign to.
type colleague struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (a api) agents(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	found, err := a.s.Reader.Agents(c.UserContext(), viewerOf(c), brand)
	items := []colleague{}
	for i := range found {
		if found[i].Assignable(brand) {
			items = append(items, colleague{ID: found[i].ID, Name: found[i].Name})
		}
	}
	return whole(c, items, err)
}
