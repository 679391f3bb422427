// Package twosystems starts the two systems that examples play with: alder, the Primary, and birch, the Secondary. Both run
// in this process, but each has a SQLite file, a key and an address on 127.0.0.1 of its own, and all that passes between
// them is signed requests over HTTP. Messages leave when the example says so (Drain), so that its output is the same each time.
package twosystems

import (
	"context"
	"errors"
	"fmt"

	"github.com/mspkit/mspkit/collab"
)

// The names of the two systems.
const (
	Alder = "alder"
	Birch = "birch"
)

// Pair is both systems, registered with each other, their collaboration modules on.
type Pair struct{ Alder, Birch *System }

// Open starts both systems; their files go into dir.
func Open(ctx context.Context, dir string) (*Pair, error) {
	p := &Pair{}
	if err := p.open(ctx, dir); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Pair) open(ctx context.Context, dir string) (err error) {
	if p.Alder, err = openSystem(ctx, Alder, dir); err != nil {
		return err
	}
	if p.Birch, err = openSystem(ctx, Birch, dir); err != nil {
		return err
	}
	if err := p.Alder.register(ctx, p.Birch); err != nil {
		return err
	}
	return p.Birch.register(ctx, p.Alder)
}

// Close stops both systems and closes their databases.
func (p *Pair) Close() error {
	var errs []error
	for _, s := range []*System{p.Alder, p.Birch} {
		if s != nil {
			errs = append(errs, s.close())
		}
	}
	return errors.Join(errs...)
}

// Drain delivers what both systems have to say to each other until neither has anything left. A delivery that fails is
// an error: here nothing is in the way of one.
func (p *Pair) Drain(ctx context.Context) error {
	for quiet := 0; quiet < 2; {
		for _, s := range []*System{p.Alder, p.Birch} {
			r, err := s.courier.Sweep(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", s.Collab.System(), err)
			}
			for _, f := range r.Failures {
				return fmt.Errorf("%s: message %s: %w", s.Collab.System(), f.Kind, f.Err)
			}
			if quiet++; r.Delivered > 0 {
				quiet = 0
			}
		}
	}
	return nil
}

// Share proposes a survey of alder's client to birch on the usual terms and accepts it there. Once it returns, birch
// has its own client and survey, and a copy of the client's locations. The projects are as each system sees them.
func (p *Pair) Share(ctx context.Context, client collab.ClientID, survey collab.SurveyID) (alder, birch collab.Project, err error) {
	alder, err = p.Alder.Collab.Propose(ctx, p.Alder.Staff, collab.Proposal{
		Partner: Birch, Client: client, Survey: survey, Target: collab.TargetNewClient, Terms: p.Alder.Collab.DefaultTerms(),
	})
	if err != nil {
		return alder, birch, err
	}
	if err := p.Drain(ctx); err != nil {
		return alder, birch, err
	}
	birch, err = p.Birch.Collab.Accept(ctx, p.Birch.Staff, alder.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	if err != nil {
		return alder, birch, err
	}
	if err := p.Drain(ctx); err != nil {
		return alder, birch, err
	}
	err = p.Alder.Collab.Read(ctx, p.Alder.Staff, func(ctx context.Context, v collab.View) error {
		alder, err = v.Projects.Project(ctx, alder.ID)
		return err
	})
	return alder, birch, err
}
