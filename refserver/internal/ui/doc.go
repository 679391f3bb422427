// Package ui draws the pages of a system. It knows no domain: a Page is a title and a column of parts (Table, Form, Facts,
// Preview, Receipt, Progress ...), each a plain Go value with one template in templates/, so that a table or a field looks and
// works the same wherever it stands. Parts hold Spans, which are the only text there is: they are escaped by html/template,
// labelled for screen readers, and show an empty value as a dash.
//
// The style sheets and the script come from the binary. A page works without the script: it only renews progress and writes
// times in the reader's zone.
//
// No form lets a browser bring back what stood in it: who goes back meets what holds now. Text from before beside the hidden version
// of now would undo what others did meanwhile, and nobody would be asked.
package ui
