package orgoverlay

import (
	"context"
	"fmt"
	"strings"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Limits of shared fields.
const (
	MaxPicture   = 64 << 10 // bytes of its address
	MaxContacts  = 50
	MaxAddresses = 20
)

// checkOrganization says everything that is wrong with an own organization that is to replace another.
func checkOrganization(ctx context.Context, tx Tx, o, was Organization) error {
	wrong := &Invalid{Op: "save an organization"}
	wrong.shared(o.Shared)
	for _, f := range []struct{ path, text string }{{"region", o.Region}, {"source", o.Source}, {"source_id", o.SourceID}} {
		wrong.line(f.path, f.text, false)
	}
	if o.Name != was.Name && nameable(o.Name) {
		same, err := tx.Sight.Named(ctx, []OrgName{{o.Account, o.Name}})
		if err != nil {
			return err
		}
		if len(same) > 0 && same[0].Org != o.ID {
			wrong.add("name", "unique", "is the name of another organization of this account")
		}
	}
	if o.Parent != "" && o.Parent != was.Parent {
		if err := checkParent(ctx, tx, wrong, o); err != nil {
			return err
		}
	}
	if o.Manager != "" && o.Manager != was.Manager {
		people, err := knownPeople(ctx, tx.View(), []PersonID{o.Manager})
		if err != nil {
			return err
		}
		if len(people) == 0 {
			wrong.add("manager", "unknown", fmt.Sprintf("names %q, who is nobody of this account", o.Manager))
		}
	}
	return wrong.orNil()
}

// checkParent objects to a parent that is not ours or lies below the organization itself.
func checkParent(ctx context.Context, tx Tx, wrong *Invalid, o Organization) error {
	known := len(wrong.Fields)
	if err := ours(ctx, tx.View(), wrong, "parent", o.Parent); err != nil || len(wrong.Fields) > known {
		return err
	}
	below, err := isBelow(ctx, tx, o.Parent, o.ID)
	if below {
		wrong.add("parent", "cycle", "lies below the organization itself")
	}
	return err
}

// shared says what is wrong with the fields that others will see: they are shown there as they are, so that nothing that runs in a
// browser may stand in them.
func (e *Invalid) shared(s Shared) {
	e.line("name", s.Name, true)
	switch {
	case s.Picture == "":
	case len(s.Picture) > MaxPicture:
		e.add("picture", "length", fmt.Sprintf("is longer than %d bytes", MaxPicture))
	case textnorm.ValidText(s.Picture) != nil || !pictureAddress(s.Picture):
		e.add("picture", "address", "is no address that begins with https:// or data:image/ (png, jpeg, gif, webp)")
	}
	if len(s.Contacts) > MaxContacts {
		e.add("contacts", "length", fmt.Sprintf("are more than %d", MaxContacts))
	}
	for i, c := range s.Contacts {
		path := fmt.Sprintf("contacts[%d]", i)
		e.line(path+".label", c.Label, false)
		e.line(path+".value", c.Value, true)
		switch {
		case c.Kind != "phone" && c.Kind != "email" && c.Kind != "website":
			e.add(path+".kind", "enum", "is none of phone, email, website")
		case c.Kind == "website" && !strings.HasPrefix(c.Value, "https://") && !strings.HasPrefix(c.Value, "http://"):
			e.add(path+".value", "address", "does not begin with https:// or http://")
		}
	}
	if len(s.Addresses) > MaxAddresses {
		e.add("addresses", "length", fmt.Sprintf("are more than %d", MaxAddresses))
	}
	for i, a := range s.Addresses {
		for _, f := range []struct{ name, text string }{{"label", a.Label}, {"street", a.Street}, {"city", a.City}, {"state", a.State},
			{"postal_code", a.PostalCode}, {"country", a.Country}} {
			e.line(fmt.Sprintf("addresses[%d].%s", i, f.name), f.text, false)
		}
	}
}

func pictureAddress(address string) bool {
	if strings.HasPrefix(address, "https://") {
		return true
	}
	for _, kind := range []string{"png", "jpeg", "gif", "webp"} {
		if strings.HasPrefix(address, "data:image/"+kind+";base64,") {
			return true
		}
	}
	return false
}
