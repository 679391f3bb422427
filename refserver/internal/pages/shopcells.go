package pages

import (
	"context"
	"net/url"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// statuses are the steps of the ladder to choose from; none, when set, is the choice of nothing.
func statuses(l collab.Ladder, none string) []ui.Option {
	var out []ui.Option
	if none != "" {
		out = append(out, ui.Option{Label: none})
	}
	for _, s := range l.Steps {
		out = append(out, ui.Option{Value: string(s.Status), Label: string(s.Status)})
	}
	return out
}

// statusLine is a shop's status, and what is notable about where it stands.
func statusLine(sh collab.Shop, l collab.Link) ui.Line {
	out := ui.Say(ui.Pill(string(sh.Content.Status)))
	if sh.Awaiting {
		out = append(out, ui.Pill("Returned to us"))
	}
	switch l.Return {
	case collab.ReturnSending:
		out = append(out, ui.Pill("On its way back"))
	case collab.ReturnDone:
		out = append(out, ui.Pill("Returned"))
	case collab.ReturnConflict:
		out = append(out, ui.Pill("Conflict"))
	case collab.ReturnRefused:
		out = append(out, ui.Pill("Return refused"))
	}
	return out
}

// asking is an address with values in its query, each after its name.
func asking(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

func shopLink(id collab.ShopID) ui.Span {
	if id == "" {
		return ui.Text("")
	}
	return ui.To(string(id), "/shops/"+escape(string(id)))
}

// theirs is the partner's id of an imported shop.
func theirs(l collab.Link) ui.Line {
	if l.Shop == "" {
		return ui.Say(ui.Text(""))
	}
	return ui.Say(ui.Code(string(l.Remote)), ui.Quiet("at "+string(l.Partner)))
}

// placeNames are the names of locations of a client.
func placeNames(ctx context.Context, sv store.View, client collab.ClientID, keys []collab.PlaceKey) (map[collab.PlaceKey]string, error) {
	slices.Sort(keys)
	nodes, err := sv.Locations.Trees.Nodes(ctx, store.SetOf(client), each(slices.Compact(keys), func(k collab.PlaceKey) locations.Key { return locations.Key(k) }))
	out := make(map[collab.PlaceKey]string, len(nodes))
	for _, n := range nodes {
		out[collab.PlaceKey(n.Key)] = n.Name
	}
	return out, err
}

// placeLine is a location with its name, leading to its page.
func placeLine(client collab.ClientID, key collab.PlaceKey, names map[collab.PlaceKey]string) ui.Line {
	if key == "" {
		return ui.Say(ui.Text(""))
	}
	if names[key] == "" {
		return ui.Say(ui.Text(string(key)), ui.Quiet("not here"))
	}
	return ui.Say(ui.To(string(key), asking("/locations/"+escape(string(store.SetOf(client)))+"/node", "key", string(key))), ui.Text(names[key]))
}
