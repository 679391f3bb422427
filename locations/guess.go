package locations

import (
	"io"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/internal/textnorm"
)

// ReadHeader reads the column names of a table, which are its first line, and leaves the rest. Problems say why the table
// cannot be read.
func ReadHeader(r io.Reader) ([]string, error) {
	in, err := tabular.NewReader(r, tabular.Options{})
	if err != nil {
		return nil, unreadable(err)
	}
	return slices.Clone(in.Header()), nil
}

// GuessLayout proposes what the columns of a header are, for a person to look at. A store list is recognized as a whole
// (StoreListLayout); of other headers those columns are that have a usual name. What is not recognized stays out, also the ID.
func GuessLayout(header []string) Layout {
	if list := StoreListLayout(); has(header, list) {
		return list
	}
	l := Layout{Fields: map[Fields]string{}}
	for _, title := range header {
		name := squeezed(title)
		if l.ID == "" && slices.Contains(idTitles, name) {
			l.ID = title
			continue
		}
		for _, f := range Fields(AllFields).Each() {
			if l.Fields[f] == "" && slices.Contains(titles[f], name) {
				l.Fields[f] = title
				break
			}
		}
	}
	for _, name := range levelTitles {
		if i := slices.IndexFunc(header, func(title string) bool { return squeezed(title) == name }); i >= 0 {
			l.Levels = append(l.Levels, LevelColumn{Name: header[i]})
		}
	}
	return l
}

// has reports whether every column of a layout stands in a header.
func has(header []string, l Layout) bool {
	_, err := l.find(header)
	return err == nil
}

// squeezed is a title without letter case, accents, blanks and signs.
func squeezed(title string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t_-./#", r) {
			return -1
		}
		return r
	}, textnorm.Plain(title))
}

// The usual titles, squeezed.
var (
	idTitles = []string{"id", "storeid", "storenumber", "storeno", "store", "locationid", "locationnumber", "location", "locid", "siteid", "number"}
	titles   = map[Fields][]string{
		FieldName:     {"name", "storename", "locationname", "sitename"},
		FieldAddress1: {"address", "address1", "streetaddress", "street", "addressline1"},
		FieldAddress2: {"address2", "addressline2"},
		FieldCity:     {"city", "town"}, FieldState: {"state", "province", "stateprovince"}, FieldCountry: {"country", "countrycode"},
		FieldPostalCode: {"postalcode", "postcode", "zip", "zipcode"}, FieldPhone: {"phone", "phonenumber", "telephone", "tel"},
		FieldAreaCode: {"areacode"}, FieldEmail: {"email", "mail"}, FieldHours: {"hours", "openinghours"}, FieldDaysOpen: {"daysopen", "days"}, FieldGroup: {"group", "storegroup"},
	}
	levelTitles = []string{"level5", "level4", "level3", "division", "zone", "region", "level2", "area", "district"} // from the top down
)
