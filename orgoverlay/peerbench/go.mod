module github.com/mspkit/mspkit/orgoverlay/peerbench

go 1.26.0

replace github.com/mspkit/mspkit => ../..

require (
	dario.cat/mergo v1.0.2
	github.com/google/go-cmp v0.7.0
	github.com/mspkit/mspkit v0.0.0-00010101000000-000000000000
)

require golang.org/x/text v0.43.0 // indirect
