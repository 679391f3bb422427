package collabtest

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// The fictional client of the examples and scenarios: Northwind Coffee, with two surveys and six stores.
const (
	Northwind collab.ClientID = "northwind"
	DineIn    collab.SurveyID = "dine-in"
	DriveThru collab.SurveyID = "drive-thru"
)

// NorthwindSurveys returns the client's surveys as the Primary has them. Dine-In has a rule.
func NorthwindSurveys() []collab.Survey {
	dineIn := collab.SurveyContent{
		Name: "Dine-In", Distribution: collab.StatusFinalized,
		Settings: []collab.Setting{{Name: "pay", Value: "12.00"}, {Name: "language", Value: "en"}},
		Sections: []collab.Section{
			{ID: "arrival", Name: "Arrival", Questions: []collab.Question{
				{ID: "greeting", Kind: "yes_no", Text: "Were you greeted within a minute?", Required: true, Options: []collab.Option{{ID: "yes", Text: "Yes", Points: "5"}, {ID: "no", Text: "No", Points: "0"}}},
				{ID: "wait", Kind: "duration", Text: "How long did you wait to be seated?"},
			}},
			{ID: "service", Name: "Service", Questions: []collab.Question{
				{ID: "order", Kind: "yes_no", Text: "Was the order right?", Required: true, Options: []collab.Option{{ID: "yes", Text: "Yes", Points: "5"}, {ID: "no", Text: "No", Points: "0"}}},
				{ID: "narrative", Kind: "narrative", Text: "Describe your visit.", Required: true},
			}},
		},
		Rules: []collab.Rule{{Name: "wait needs greeting", Script: `if answer("greeting") == "no" then show("wait")`}},
	}
	drive := dineIn.Clone()
	drive.Name, drive.Rules = "Drive-Thru", nil
	return []collab.Survey{
		{ID: DineIn, Client: Northwind, Content: dineIn, Revision: 1},
		{ID: DriveThru, Client: Northwind, Content: drive, Revision: 1},
	}
}

// NorthwindPlaces returns the client's hierarchy: six stores in four districts in two regions.
func NorthwindPlaces() []locations.Node {
	region := func(name string) locations.Node {
		return locations.Node{Key: locations.PathKey(name), Level: 3, Name: name}
	}
	district := func(region, name string) locations.Node {
		return locations.Node{Key: locations.PathKey(region, name), Parent: locations.PathKey(region), Level: 2, Name: name}
	}
	shop := func(id, name, region, district, city, state, group string) locations.Node {
		return locations.Node{
			Key: locations.Key(id), Parent: locations.PathKey(region, district), Level: locations.LocationLevel, Name: name,
			Place: locations.Place{Address1: "1 " + name, City: city, State: state, Country: "US", PostalCode: "9" + id, Phone: "555-" + id, Group: group},
		}
	}
	return []locations.Node{
		region("West"), region("Midwest"),
		district("West", "Seattle N"), district("West", "Portland"), district("Midwest", "Chicago"), district("Midwest", "Twin Cities"),
		shop("1001", "Pike Place", "West", "Seattle N", "Seattle", "WA", ""),
		shop("1002", "Capitol Hill", "West", "Seattle N", "Seattle", "WA", ""),
		shop("1003", "Pearl St", "West", "Portland", "Portland", "OR", ""),
		shop("2001", "Lake Shore", "Midwest", "Chicago", "Chicago", "IL", ""),
		shop("2002", "Wicker Park", "Midwest", "Chicago", "Chicago", "IL", "DT"),
		shop("3001", "St. Paul Main", "Midwest", "Twin Cities", "St. Paul", "MN", ""),
	}
}

// NorthwindShops returns jobs 501 to 508 as the Secondary has them once it has accepted the Dine-In project.
func NorthwindShops(client collab.ClientID, survey collab.SurveyID) []collab.Shop {
	var out []collab.Shop
	for i, job := range []struct {
		place  collab.PlaceKey
		status collab.Status
	}{
		{"1001", collab.StatusFinalized}, {"1002", collab.StatusCompleted}, {"1003", collab.StatusEmailed}, {"2001", collab.StatusExcluded},
		{"2002", collab.StatusLocked}, {"3001", collab.StatusHoldA}, {"1001", collab.StatusClientFinalized}, {"1001", collab.StatusReviewed},
	} {
		out = append(out, collab.Shop{
			ID: collab.ShopID(fmt.Sprint(501 + i)), Client: client, Survey: survey, Shopper: "M. Ortiz", Wave: "Sept weekday", Pay: "12.00", Payable: true,
			Content: collab.Content{
				Place: job.place, Status: job.status,
				Answers:  []collab.Answer{{Question: "greeting", Value: "yes"}, {Question: "order", Value: "yes"}, {Question: "narrative", Value: "Friendly and quick."}},
				Score:    collab.Score{Earned: "10", Possible: "10"},
				Comments: "Parked across the street.",
			},
		})
	}
	return out
}

// SeedNorthwind gives a side the client with its surveys and locations, as the Primary has them. It gives no shops: they are
// the Secondary's, made from NorthwindShops by CreateShops once it has accepted.
func SeedNorthwind(ctx context.Context, s *Side) error {
	if _, err := s.Collab.SaveClient(ctx, s.Staff, collab.Client{ID: Northwind, Name: "Northwind Coffee"}); err != nil {
		return err
	}
	for _, survey := range NorthwindSurveys() {
		if _, err := s.Collab.SaveSurvey(ctx, s.Staff, survey); err != nil {
			return err
		}
	}
	_, err := s.Locations.Load(ctx, s.Keys, locations.SetID(Northwind), NorthwindPlaces(), locations.LoadOptions{})
	return err
}
