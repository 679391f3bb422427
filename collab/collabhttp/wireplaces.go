package collabhttp

import "github.com/mspkit/mspkit/locations"

// The shapes on the wire of the locations half.

type wireHead struct {
	Revision int64  `json:"revision"`
	Root     string `json:"root"`
	Nodes    int    `json:"nodes"`
	Source   int64  `json:"source"`
}

type wireLookQuery struct {
	Parents []string `json:"parents"`
}

type wireLook struct {
	Head    wireHead    `json:"head"`
	Entries []wireEntry `json:"entries"`
}

type wireEntry struct {
	Key      string `json:"key"`
	Parent   string `json:"parent,omitzero"`
	Level    int    `json:"level"`
	Own      string `json:"own"`
	Sub      string `json:"sub,omitzero"`
	Inactive bool   `json:"inactive,omitzero"`
	Edited   bool   `json:"edited,omitzero"`
}

func toLook(l locations.Look) wireLook {
	return wireLook{wireHead{l.Head.Revision, l.Head.Root.String(), l.Head.Nodes, l.Head.Source}, mapSlice(l.Entries, func(e locations.Entry) wireEntry {
		return wireEntry{string(e.Key), string(e.Parent), int(e.Level), e.Own.String(), e.Sub.String(), e.Inactive, e.Edited}
	})}
}

func (w wireLook) domain() (locations.Look, error) {
	root, err := locations.ParsePrint(w.Head.Root)
	if err != nil {
		return locations.Look{}, err
	}
	l := locations.Look{Head: locations.Head{Revision: w.Head.Revision, Root: root, Nodes: w.Head.Nodes, Source: w.Head.Source}, Entries: make([]locations.Entry, len(w.Entries))}
	for i, e := range w.Entries {
		own, err := locations.ParsePrint(e.Own)
		if err != nil {
			return locations.Look{}, err
		}
		sub, err := locations.ParsePrint(e.Sub)
		if err != nil {
			return locations.Look{}, err
		}
		l.Entries[i] = locations.Entry{Key: locations.Key(e.Key), Parent: locations.Key(e.Parent), Level: locations.Level(e.Level), Own: own, Sub: sub, Inactive: e.Inactive, Edited: e.Edited}
	}
	return l, nil
}

type wireKeys struct {
	Keys []string `json:"keys"`
}

type wireNode struct {
	Key      string     `json:"key"`
	Parent   string     `json:"parent,omitzero"`
	Level    int        `json:"level"`
	Name     string     `json:"name"`
	Inactive bool       `json:"inactive,omitzero"`
	Place    *wirePlace `json:"place,omitzero"`
}

type wirePlace struct {
	Address1   string          `json:"address1,omitzero"`
	Address2   string          `json:"address2,omitzero"`
	City       string          `json:"city,omitzero"`
	State      string          `json:"state,omitzero"`
	Country    string          `json:"country,omitzero"`
	PostalCode string          `json:"postal_code,omitzero"`
	Phone      string          `json:"phone,omitzero"`
	AreaCode   string          `json:"area_code,omitzero"`
	Email      string          `json:"email,omitzero"`
	Hours      string          `json:"hours,omitzero"`
	DaysOpen   string          `json:"days_open,omitzero"`
	Group      string          `json:"group,omitzero"`
	Attributes []wireAttribute `json:"attributes,omitempty"`
}

type wireAttribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func toNode(n locations.Node) wireNode {
	w := wireNode{Key: string(n.Key), Parent: string(n.Parent), Level: int(n.Level), Name: n.Name, Inactive: n.Inactive}
	if p := n.Place; n.Level == locations.LocationLevel {
		w.Place = &wirePlace{p.Address1, p.Address2, p.City, p.State, p.Country, p.PostalCode, p.Phone, p.AreaCode, p.Email, p.Hours, p.DaysOpen, p.Group,
			mapSlice(p.Attributes, func(a locations.Attribute) wireAttribute { return wireAttribute(a) })}
	}
	return w
}

func (w wireNode) domain() locations.Node {
	n := locations.Node{Key: locations.Key(w.Key), Parent: locations.Key(w.Parent), Level: locations.Level(w.Level), Name: w.Name, Inactive: w.Inactive}
	if p := w.Place; p != nil {
		n.Place = locations.Place{Address1: p.Address1, Address2: p.Address2, City: p.City, State: p.State, Country: p.Country, PostalCode: p.PostalCode,
			Phone: p.Phone, AreaCode: p.AreaCode, Email: p.Email, Hours: p.Hours, DaysOpen: p.DaysOpen, Group: p.Group,
			Attributes: mapSlice(p.Attributes, func(a wireAttribute) locations.Attribute { return locations.Attribute(a) })}
	}
	return n
}

type wireStored struct {
	Node   wireNode `json:"node"`
	Own    string   `json:"own"`
	Sub    string   `json:"sub,omitzero"`
	Edited bool     `json:"edited,omitzero"`
}

type wireNodes struct {
	Nodes []wireStored `json:"nodes"`
}

func toNodes(ns []locations.Stored) wireNodes {
	return wireNodes{mapSlice(ns, func(n locations.Stored) wireStored {
		return wireStored{toNode(n.Node), n.Own.String(), n.Sub.String(), n.Edited}
	})}
}

func (w wireNodes) domain() ([]locations.Stored, error) {
	out := make([]locations.Stored, len(w.Nodes))
	for i, n := range w.Nodes {
		own, err := locations.ParsePrint(n.Own)
		if err != nil {
			return nil, err
		}
		sub, err := locations.ParsePrint(n.Sub)
		if err != nil {
			return nil, err
		}
		out[i] = locations.Stored{Node: n.Node.domain(), Own: own, Sub: sub, Edited: n.Edited}
	}
	return out, nil
}

type wirePage struct {
	Nodes []wireNode `json:"nodes"`
}

type wireCommit struct {
	Total     int    `json:"total"`
	Source    int64  `json:"source"`
	Expect    int64  `json:"expect"`
	Root      string `json:"root"`
	Overwrite bool   `json:"overwrite,omitzero"`
}

type wireReceipt struct {
	Revision    int64  `json:"revision"`
	Root        string `json:"root"`
	Created     int    `json:"created"`
	Updated     int    `json:"updated"`
	Deactivated int    `json:"deactivated"`
}

func (w wireReceipt) domain() (locations.PushReceipt, error) {
	root, err := locations.ParsePrint(w.Root)
	return locations.PushReceipt{Revision: w.Revision, Root: root, Created: w.Created, Updated: w.Updated, Deactivated: w.Deactivated}, err
}
