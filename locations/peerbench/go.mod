module github.com/mspkit/mspkit/locations/peerbench

go 1.26.0

replace github.com/mspkit/mspkit => ../..

require (
	github.com/google/go-cmp v0.7.0
	github.com/mspkit/mspkit v0.0.0-00010101000000-000000000000
	github.com/r3labs/diff/v3 v3.0.2
)

require (
	github.com/vmihailenco/msgpack/v5 v5.4.1 // indirect
	github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
