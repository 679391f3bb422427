package apiclient

import (
	"context"
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// Module says whether collaboration is on.
func (c *Client) Module(ctx context.Context) (shapes.Module, error) {
	return call[shapes.Module](ctx, c, "GET", "module", nil)
}

// SetModule switches collaboration on or off.
func (c *Client) SetModule(ctx context.Context, on bool) (shapes.Module, error) {
	return call[shapes.Module](ctx, c, "PUT", "module", shapes.Module{On: on})
}

// Self introduces the system: its name, address and public key.
func (c *Client) Self(ctx context.Context) (shapes.Self, error) {
	return call[shapes.Self](ctx, c, "GET", "key", nil)
}

// AnnounceKey tells every partner the next signing key, and returns the partners.
func (c *Client) AnnounceKey(ctx context.Context, k shapes.KeyAnnouncement) (shapes.List[shapes.Partner], error) {
	return call[shapes.List[shapes.Partner]](ctx, c, "POST", "key/announce", k)
}

// Partners lists all partners by id.
func (c *Client) Partners(ctx context.Context) (shapes.List[shapes.Partner], error) {
	return call[shapes.List[shapes.Partner]](ctx, c, "GET", "partners", nil)
}

// Register enters another system by what it says of itself (Self).
func (c *Client) Register(ctx context.Context, other shapes.Self) (shapes.Partner, error) {
	return call[shapes.Partner](ctx, c, "PUT", at("partners", other.System), shapes.Registration{Name: other.Name, URL: other.URL, Keys: [][]byte{other.Key}})
}

// Invite makes an invitation for the system that answers at origin.
func (c *Client) Invite(ctx context.Context, origin string) (shapes.Invitation, error) {
	return call[shapes.Invitation](ctx, c, "POST", "partners/invitations", shapes.Invite{Origin: origin})
}

// Join redeems an invitation.
func (c *Client) Join(ctx context.Context, j shapes.Join) (shapes.Partner, error) {
	return call[shapes.Partner](ctx, c, "POST", "partners/join", j)
}

// Confirm says that the fingerprint of a partner's key was compared.
func (c *Client) Confirm(ctx context.Context, partner, key string) (shapes.Partner, error) {
	return call[shapes.Partner](ctx, c, "POST", at("partners", partner, "confirm"), shapes.Confirm{Key: key})
}

// Revoke ends the trust in a partner.
func (c *Client) Revoke(ctx context.Context, partner string) (shapes.Partner, error) {
	return call[shapes.Partner](ctx, c, "POST", at("partners", partner, "revoke"), nil)
}

// Clients lists clients by id.
func (c *Client) Clients(ctx context.Context, after string, limit int) (shapes.List[shapes.Client], error) {
	return call[shapes.List[shapes.Client]](ctx, c, "GET", with("clients", "after", after, "limit", number(limit)), nil)
}

// Client returns one client.
func (c *Client) Client(ctx context.Context, id string) (shapes.Client, error) {
	return call[shapes.Client](ctx, c, "GET", at("clients", id), nil)
}

// SaveClient makes or renames a client.
func (c *Client) SaveClient(ctx context.Context, id string, s shapes.SaveClient) (shapes.Client, error) {
	return call[shapes.Client](ctx, c, "PUT", at("clients", id), s)
}

// Surveys lists a client's surveys, or all with an empty client.
func (c *Client) Surveys(ctx context.Context, client string) (shapes.List[shapes.Survey], error) {
	return call[shapes.List[shapes.Survey]](ctx, c, "GET", with("surveys", "client", client), nil)
}

// Survey returns one survey.
func (c *Client) Survey(ctx context.Context, id string) (shapes.Survey, error) {
	return call[shapes.Survey](ctx, c, "GET", at("surveys", id), nil)
}

// SaveSurvey makes a survey or replaces its content.
func (c *Client) SaveSurvey(ctx context.Context, id string, s shapes.SaveSurvey) (shapes.Survey, error) {
	return call[shapes.Survey](ctx, c, "PUT", at("surveys", id), s)
}

// ProjectQuery selects projects. State is current, inactive or all (also when empty).
type ProjectQuery struct {
	State, Party, Partner, After string
	Limit                        int
}

// Projects lists projects by id.
func (c *Client) Projects(ctx context.Context, q ProjectQuery) (shapes.List[shapes.Project], error) {
	return call[shapes.List[shapes.Project]](ctx, c, "GET", with("projects", "state", q.State, "party", q.Party, "partner", q.Partner, "after", q.After, "limit", number(q.Limit)), nil)
}

// Project returns one project.
func (c *Client) Project(ctx context.Context, id string) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "GET", at("projects", id), nil)
}

// CheckProposal says what Propose would answer.
func (c *Client) CheckProposal(ctx context.Context, p shapes.Proposal) (shapes.ProposalCheck, error) {
	return call[shapes.ProposalCheck](ctx, c, "POST", "projects/check", p)
}

// Propose offers a project.
func (c *Client) Propose(ctx context.Context, p shapes.Proposal) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "POST", "projects", p)
}

// decide posts a decision about a project.
func (c *Client) decide(ctx context.Context, id, what string, in any) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "POST", at("projects", id, what), in)
}

// EditProposal changes the terms of a proposal.
func (c *Client) EditProposal(ctx context.Context, id string, e shapes.EditProposal) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "PATCH", at("projects", id), e)
}

// Withdraw takes a proposal back.
func (c *Client) Withdraw(ctx context.Context, id string, r shapes.Reasoned) (shapes.Project, error) {
	return c.decide(ctx, id, "withdraw", r)
}

// Accept accepts a proposal.
func (c *Client) Accept(ctx context.Context, id string, a shapes.Accept) (shapes.Project, error) {
	return c.decide(ctx, id, "accept", a)
}

// Decline refuses a proposal.
func (c *Client) Decline(ctx context.Context, id string, r shapes.Reasoned) (shapes.Project, error) {
	return c.decide(ctx, id, "decline", r)
}

// Counter asks for other terms.
func (c *Client) Counter(ctx context.Context, id string, o shapes.Counter) (shapes.Project, error) {
	return c.decide(ctx, id, "counter", o)
}

// Activate makes an inactive project work again.
func (c *Client) Activate(ctx context.Context, id string, v shapes.Versioned) (shapes.Project, error) {
	return c.decide(ctx, id, "activate", v)
}

// Deactivate stops a project.
func (c *Client) Deactivate(ctx context.Context, id string, r shapes.Reasoned) (shapes.Project, error) {
	return c.decide(ctx, id, "deactivate", r)
}

// UpdateSettings changes settings of an accepted project.
func (c *Client) UpdateSettings(ctx context.Context, id string, s shapes.Settings) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "PATCH", at("projects", id, "settings"), s)
}

// Progress counts the Secondary's shops by status.
func (c *Client) Progress(ctx context.Context, id string) (shapes.List[shapes.StatusCount], error) {
	return call[shapes.List[shapes.StatusCount]](ctx, c, "GET", at("projects", id, "progress"), nil)
}

// PlanSurveyUpdate says what an update of the survey would change over there.
func (c *Client) PlanSurveyUpdate(ctx context.Context, id string) (shapes.SurveyPlan, error) {
	return call[shapes.SurveyPlan](ctx, c, "GET", at("projects", id, "survey-update"), nil)
}

// UpdateSurvey carries a survey plan out.
func (c *Client) UpdateSurvey(ctx context.Context, id string, u shapes.SurveyUpdate) (shapes.Project, error) {
	return call[shapes.Project](ctx, c, "POST", at("projects", id, "survey-update"), u)
}

// ShopQuery selects shops.
type ShopQuery struct {
	Survey, Client, Place, After string
	Statuses                     []string
	Limit                        int
}

// Shops lists shops by id.
func (c *Client) Shops(ctx context.Context, q ShopQuery) (shapes.List[shapes.Shop], error) {
	return call[shapes.List[shapes.Shop]](ctx, c, "GET", with("shops", "survey", q.Survey, "client", q.Client, "place", q.Place,
		"status", strings.Join(q.Statuses, ","), "after", q.After, "limit", number(q.Limit)), nil)
}

// Shop returns one shop, with its link when it was imported.
func (c *Client) Shop(ctx context.Context, id string) (shapes.Shop, error) {
	return call[shapes.Shop](ctx, c, "GET", at("shops", id), nil)
}

// CreateShops enters shops, at most 500, all or none.
func (c *Client) CreateShops(ctx context.Context, shops []shapes.Shop) (shapes.List[shapes.Shop], error) {
	return call[shapes.List[shapes.Shop]](ctx, c, "POST", "shops", shapes.NewShops{Shops: shops})
}

// SaveShop saves a shop of the version that was opened.
func (c *Client) SaveShop(ctx context.Context, s shapes.Shop) (shapes.Shop, error) {
	return call[shapes.Shop](ctx, c, "PUT", at("shops", s.ID), s)
}

// SetStatus gives shops another status, all or none.
func (c *Client) SetStatus(ctx context.Context, status string, shops ...string) (shapes.List[shapes.Shop], error) {
	return call[shapes.List[shapes.Shop]](ctx, c, "POST", "shops/status", shapes.SetStatus{Shops: shops, Status: status})
}
