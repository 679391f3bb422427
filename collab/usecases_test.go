package collab_test

import (
	"crypto/ed25519"
	"regexp"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// useCases is what people do with two systems; see TestFailuresChangeNothing.
var useCases = map[string]useCase{
	"pair": {unpaired: true, do: func(w *world) {
		var token collab.Token
		w.insist(func() (err error) {
			_, token, err = w.Alder.Collab.Invite(w.ctx, w.Alder.Admin, collabtest.URL(collabtest.Birch))
			return err
		})
		w.insist(func() error {
			_, err := w.Birch.Collab.Join(w.ctx, w.Birch.Admin, collabtest.URL(collabtest.Alder), token)
			return err
		})
		for side, other := range map[*collabtest.Side]*collabtest.Side{w.Alder: w.Birch, w.Birch: w.Alder} {
			w.insist(func() error {
				_, err := side.Collab.Confirm(w.ctx, side.Admin, other.ID, collabtest.PartnerOf(other.ID).Keys[0].ID)
				return err
			}, collab.ErrState)
			w.insist(func() error { return side.Collab.SetModule(w.ctx, side.Admin, true) })
		}
	}},
	"announce key": {do: func(w *world) {
		w.insist(func() error {
			next := collab.PartnerKey{ID: "next", Public: make([]byte, ed25519.PublicKeySize)}
			return w.Alder.Collab.AnnounceKey(w.ctx, w.Alder.Admin, next, someday.AddDate(0, 0, 2))
		})
		w.settle()
	}},
	"revoke": {do: func(w *world) {
		w.insist(func() error {
			_, err := w.Alder.Collab.Revoke(w.ctx, w.Alder.Admin, collabtest.Birch)
			return err
		})
	}},
	"propose": {do: func(w *world) {
		w.insist(func() error {
			_, err := w.Alder.Collab.Propose(w.ctx, w.Alder.Staff, w.proposal())
			return err
		}, collab.ErrDuplicate)
		w.settle()
	}},
	"edit": {pre: proposed, do: func(w *world) {
		w.insist(func() error {
			terms := w.proposal().Terms
			terms.Export = collab.StatusLocked
			_, err := w.Alder.Collab.EditProposal(w.ctx, w.Alder.Staff, w.theProject(), terms, 0)
			return err
		})
		w.settle()
	}},
	"withdraw": {pre: proposed, do: func(w *world) {
		w.insist(func() error {
			_, err := w.Alder.Collab.Withdraw(w.ctx, w.Alder.Staff, w.theProject(), "no more", 0)
			return err
		}, collab.ErrState)
		w.settle()
	}},
	"decline": {pre: proposed, do: func(w *world) {
		w.insist(func() error {
			_, err := w.Birch.Collab.Decline(w.ctx, w.Birch.Staff, w.theProject(), "too far", 0)
			return err
		}, collab.ErrState)
		w.settle()
	}},
	"counter": {pre: proposed, do: func(w *world) {
		ask := collab.Ask{Terms: w.proposal().Terms, Note: "we pay"}
		ask.Terms.FeePayer = collab.PartySecondary
		w.insist(func() error {
			_, err := w.Birch.Collab.Counter(w.ctx, w.Birch.Staff, w.theProject(), ask, 0)
			return err
		})
		w.settle()
		w.insist(func() error {
			_, err := w.Alder.Collab.EditProposal(w.ctx, w.Alder.Staff, w.theProject(), ask.Terms, 0)
			return err
		})
		w.settle()
	}},
	"accept": {pre: proposed, do: func(w *world) {
		w.insist(w.acceptIt)
		w.settle()
	}},
	"accept what was edited": {pre: func(w *world) {
		proposed(w)
		_, err := w.Alder.Collab.EditProposal(w.ctx, w.Alder.Staff, w.theProject(), w.Alder.Collab.DefaultTerms(), 0)
		require.NoError(w.t, err)
	}, do: func(w *world) {
		w.insist(w.acceptIt)
		w.settle()
		w.insist(w.acceptIt)
		w.settle()
	}},
	"settings": {pre: accepted, do: func(w *world) {
		for side, c := range map[*collabtest.Side]collab.SettingsChange{
			w.Alder: {Master: true, Mask: []collab.Field{collab.FieldExport}, Terms: collab.Terms{Gate: collab.Gate{Export: collab.StatusLocked}}},
			w.Birch: {Mask: []collab.Field{collab.FieldSharing, collab.FieldContact}, Sharing: true, Contact: "new@birch.example"},
		} {
			w.insist(func() error {
				_, err := side.Collab.UpdateSettings(w.ctx, side.Staff, w.theProject(), c, 0)
				return err
			})
		}
		w.settle()
	}},
	"deactivate and activate": {pre: accepted, do: func(w *world) {
		w.insist(func() error {
			_, err := w.Alder.Collab.Deactivate(w.ctx, w.Alder.Staff, w.theProject(), "over", 0)
			return err
		}, collab.ErrState)
		w.settle()
		w.insist(func() error {
			_, err := w.Alder.Collab.Activate(w.ctx, w.Alder.Staff, w.theProject(), 0)
			return err
		}, collab.ErrState)
		w.settle()
	}},
	"survey update": {pre: func(w *world) {
		accepted(w)
		(&surveys{w, w.theProject()}).edit(w.Alder, askMore)
	}, do: updating},
	"survey update that overwrites": {pre: func(w *world) {
		accepted(w)
		s := surveys{w, w.theProject()}
		s.edit(w.Birch, pay("15.00"))
		s.edit(w.Alder, askMore)
	}, do: updating,
		// When the reply is lost, birch's history alone still says what birch lost.
		but: regexp.MustCompile(`alder history .*"update_survey".*(\{"Field":"settings\[pay\]","Before":"15.00","After":"12.00"\},)`),
	},
	"work at the desk": {pre: func(w *world) { w.withJobs() }, do: func(w *world) {
		made := collabtest.NorthwindShops("", w.project(w.Birch, w.theProject()).Survey)[0]
		made.ID = "601"
		w.insist(func() error {
			_, err := w.Birch.Collab.CreateShops(w.ctx, w.Birch.Staff, []collab.Shop{made})
			return err
		}, collab.ErrConflict)
		shop := w.shop(w.Birch, "601")
		answer("narrative", "Slow.")(&shop)
		w.insist(func() error {
			_, err := w.Birch.Collab.SaveShop(w.ctx, w.Birch.Staff, shop)
			return err
		}, collab.ErrConflict)
		w.insist(func() error {
			_, err := w.Birch.Collab.SetStatus(w.ctx, w.Birch.Staff, []collab.ShopID{"502", "601"}, collab.StatusHoldB)
			return err
		})
	}},
	"import": {pre: func(w *world) { w.withJobs() }, do: importing},
	"import what came before": {pre: func(w *world) {
		w.withImported(8)
		w.finalized(8, 9)
	}, do: importing, but: passingOver},
	"return": {pre: edited, do: returning(collab.ReturnOptions{})},
	"return in conflict": {pre: func(w *world) {
		edited(w)
		w.save(w.Birch, "501", answer("greeting", "maybe"))
	}, do: func(w *world) {
		returning(collab.ReturnOptions{})(w)
		require.Equal(w.t, collab.ReturnConflict, w.link("501").Return)
		returning(collab.ReturnOptions{Overwrite: true})(w)
		require.Equal(w.t, collab.ReturnDone, w.link("501").Return)
	}},
	"return that is refused": {pre: func(w *world) {
		edited(w)
		w.save(w.Alder, w.imported("501").ID, func(sh *collab.Shop) { sh.Content.Place = "7777" })
	}, do: returning(collab.ReturnOptions{})},
	"import after a return": {pre: func(w *world) {
		edited(w)
		w.returns(collab.ReturnOptions{}, w.imported("501").ID)
		w.save(w.Birch, "501", status(collab.StatusFinalized))
	}, do: importing},
	"import again what was chosen": {pre: edited, do: func(w *world) {
		var chosen []collab.ShopID
		for _, remote := range []collab.ShopID{"501", "503", "505", "507"} {
			chosen = append(chosen, w.imported(remote).ID)
		}
		w.insist(func() error {
			_, err := w.Alder.Collab.Reimport(w.ctx, w.Alder.Staff, w.theProject(), chosen, collab.ReimportOptions{Overwrite: true})
			return err
		}, collab.ErrRunning)
		w.settle()
	}},
}

// passingOver is what says how often a run wrote how far it came: its messages and its version.
var passingOver = regexp.MustCompile(`^(?:alder run .*"Already":8,"Held":null\},"Version":)?(\d|alder message \["collab","import/.*)`)

func proposed(w *world) { w.propose(w.proposal()) }
func accepted(w *world) { w.accepted() }

// edited has 501 imported, and changed by alder.
func edited(w *world) {
	w.imports(w.withJobs().ID)
	w.save(w.Alder, w.imported("501").ID, answer("greeting", "no"))
}

// updating plans and overwrites.
func updating(w *world) {
	w.insist(func() error {
		plan, err := w.Alder.Collab.PlanSurveyUpdate(w.ctx, w.Alder.Staff, w.theProject())
		if err == nil {
			_, err = w.Alder.Collab.UpdateSurvey(w.ctx, w.Alder.Staff, plan, collab.SurveyPolicy{Overwrite: true})
		}
		return err
	})
}

func (w *world) acceptIt() error {
	_, err := w.Birch.Collab.Accept(w.ctx, w.Birch.Staff, w.theProject(), collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	return err
}

func importing(w *world) {
	w.insist(func() error {
		_, err := w.Alder.Collab.Import(w.ctx, w.Alder.Staff, w.theProject(), collab.ImportOptions{})
		return err
	}, collab.ErrRunning)
	w.settle()
}

func returning(o collab.ReturnOptions) func(*world) {
	return func(w *world) {
		id := w.imported("501").ID
		w.insist(func() error {
			_, err := w.Alder.Collab.Return(w.ctx, w.Alder.Staff, []collab.ShopID{id}, o)
			return err
		}, collab.ErrState)
		w.settle()
	}
}
