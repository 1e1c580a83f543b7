package owner

import (
	"context"
	"time"

	"dakokubridge/connector"
)

// The methods below pass on to the owner what connector.Connector documents.

func (c *Client) BeginSignIn(ctx context.Context, r connector.SignInRequest) (connector.SignIn, error) {
	return ask[connector.SignIn](ctx, c, "BeginSignIn", r)
}

func (c *Client) FinishSignIn(ctx context.Context, id, pasted string) (connector.Account, error) {
	return ask[connector.Account](ctx, c, "FinishSignIn", id, pasted)
}

func (c *Client) CancelSignIn(ctx context.Context, id string) error {
	return c.do(ctx, "CancelSignIn", nil, id)
}

func (c *Client) SetAkerunClient(ctx context.Context, clientID, secret string) error {
	return c.do(ctx, "SetAkerunClient", nil, clientID, secret)
}

func (c *Client) ConfirmSuperManager(ctx context.Context) error {
	return c.do(ctx, "ConfirmSuperManager", nil)
}

func (c *Client) Organizations(ctx context.Context) ([]connector.Organization, error) {
	return ask[[]connector.Organization](ctx, c, "Organizations")
}

func (c *Client) ChooseOrganization(ctx context.Context, id string) error {
	return c.do(ctx, "ChooseOrganization", nil, id)
}

func (c *Client) Setup(ctx context.Context) (connector.Setup, error) {
	return ask[connector.Setup](ctx, c, "Setup")
}

func (c *Client) SaveSetup(ctx context.Context, s connector.Setup) error {
	return c.do(ctx, "SaveSetup", nil, s)
}

func (c *Client) Check(ctx context.Context) (connector.Check, error) {
	return ask[connector.Check](ctx, c, "Check")
}

func (c *Client) People(ctx context.Context) ([]connector.Person, error) {
	return ask[[]connector.Person](ctx, c, "People")
}

func (c *Client) ReadPeople(ctx context.Context) error { return c.do(ctx, "ReadPeople", nil) }

func (c *Client) SetUserCode(ctx context.Context, userID, code string) error {
	return c.do(ctx, "SetUserCode", nil, userID, code)
}

func (c *Client) PlanCodeChanges(ctx context.Context, origin connector.Origin, changes []connector.CodeChange, onlyGood bool) (connector.CodePlan, error) {
	return ask[connector.CodePlan](ctx, c, "PlanCodeChanges", origin, changes, onlyGood)
}

func (c *Client) ApplyProposals(ctx context.Context, userIDs []string) (connector.CodePlan, error) {
	return ask[connector.CodePlan](ctx, c, "ApplyProposals", userIDs)
}

func (c *Client) WriteCodeChanges(ctx context.Context) error {
	return c.do(ctx, "WriteCodeChanges", nil)
}

func (c *Client) CodeChanges(ctx context.Context) ([]connector.CodeList, error) {
	return ask[[]connector.CodeList](ctx, c, "CodeChanges")
}

func (c *Client) CodeChangesOf(ctx context.Context, list int64) ([]connector.CodeChangeState, error) {
	return ask[[]connector.CodeChangeState](ctx, c, "CodeChangesOf", list)
}

func (c *Client) UndoCodeChanges(ctx context.Context, list int64) (connector.CodePlan, error) {
	return ask[connector.CodePlan](ctx, c, "UndoCodeChanges", list)
}

func (c *Client) CancelCodeChanges(ctx context.Context, list int64) error {
	return c.do(ctx, "CancelCodeChanges", nil, list)
}

func (c *Client) ExportPeople(ctx context.Context, f connector.Format, language string) (connector.File, error) {
	return ask[connector.File](ctx, c, "ExportPeople", f, language)
}

func (c *Client) CheckPeopleFile(ctx context.Context, name string, data []byte) (connector.PeopleFileCheck, error) {
	return ask[connector.PeopleFileCheck](ctx, c, "CheckPeopleFile", name, data)
}

func (c *Client) Exclude(ctx context.Context, userIDs []string, excluded bool) error {
	return c.do(ctx, "Exclude", nil, userIDs, excluded)
}

// ErasePerson implements [connector.Connector].
func (c *Client) ErasePerson(ctx context.Context, userID string) error {
	return c.do(ctx, "ErasePerson", nil, userID)
}

func (c *Client) ExcludeDoors(ctx context.Context, doorIDs []string, excluded bool) error {
	return c.do(ctx, "ExcludeDoors", nil, doorIDs, excluded)
}

func (c *Client) Preview(ctx context.Context, days int) ([]connector.PersonDay, error) {
	return ask[[]connector.PersonDay](ctx, c, "Preview", days)
}

func (c *Client) BeginPreview(ctx context.Context, start time.Time) (connector.BeginPreview, error) {
	return ask[connector.BeginPreview](ctx, c, "BeginPreview", start)
}

func (c *Client) Begin(ctx context.Context, r connector.BeginRequest) error {
	return c.do(ctx, "Begin", nil, r)
}

func (c *Client) Sync(ctx context.Context) error { return c.do(ctx, "Sync", nil) }

func (c *Client) Pause(ctx context.Context) error { return c.do(ctx, "Pause", nil) }

func (c *Client) Resume(ctx context.Context) error { return c.do(ctx, "Resume", nil) }

func (c *Client) Unlink(ctx context.Context) error { return c.do(ctx, "Unlink", nil) }

func (c *Client) Status(ctx context.Context) (connector.Status, error) {
	return ask[connector.Status](ctx, c, "Status")
}

func (c *Client) Days(ctx context.Context, q connector.DayQuery) ([]connector.PersonDay, error) {
	return ask[[]connector.PersonDay](ctx, c, "Days", q)
}

func (c *Client) Items(ctx context.Context, q connector.ItemQuery) ([]connector.Item, error) {
	return ask[[]connector.Item](ctx, c, "Items", q)
}

func (c *Client) CloseItem(ctx context.Context, id int64, memo string) error {
	return c.do(ctx, "CloseItem", nil, id, memo)
}

func (c *Client) ResendPreview(ctx context.Context, r connector.ResendRequest) ([]connector.Resend, error) {
	return ask[[]connector.Resend](ctx, c, "ResendPreview", r)
}

func (c *Client) Resend(ctx context.Context, r connector.ResendRequest) ([]connector.Resend, error) {
	return ask[[]connector.Resend](ctx, c, "Resend", r)
}

func (c *Client) History(ctx context.Context, q connector.HistoryQuery) ([]connector.HistoryEntry, error) {
	return ask[[]connector.HistoryEntry](ctx, c, "History", q)
}

func (c *Client) Verify(ctx context.Context) (connector.Verification, error) {
	return ask[connector.Verification](ctx, c, "Verify")
}

func (c *Client) CloseItems(ctx context.Context, ids []int64, memo string) (int, error) {
	return ask[int](ctx, c, "CloseItems", ids, memo)
}

func (c *Client) Story(ctx context.Context, search string) ([]connector.Story, error) {
	return ask[[]connector.Story](ctx, c, "Story", search)
}

func (c *Client) ExportDays(ctx context.Context, q connector.DayQuery, f connector.Format, language string) (connector.File, error) {
	return ask[connector.File](ctx, c, "ExportDays", q, f, language)
}

func (c *Client) ExportItems(ctx context.Context, q connector.ItemQuery, f connector.Format, language string) (connector.File, error) {
	return ask[connector.File](ctx, c, "ExportItems", q, f, language)
}

func (c *Client) Settings(ctx context.Context) (connector.Settings, error) {
	return ask[connector.Settings](ctx, c, "Settings")
}

func (c *Client) SetSettings(ctx context.Context, s connector.Settings) error {
	return c.do(ctx, "SetSettings", nil, s)
}

func (c *Client) Doors(ctx context.Context) ([]connector.Door, error) {
	return ask[[]connector.Door](ctx, c, "Doors")
}

func (c *Client) Diagnostics(ctx context.Context) ([]byte, error) {
	return ask[[]byte](ctx, c, "Diagnostics")
}

func (c *Client) Month(ctx context.Context, q connector.MonthQuery) (connector.Month, error) {
	return ask[connector.Month](ctx, c, "Month", q)
}

func (c *Client) Receivers(ctx context.Context) ([]connector.Receiver, error) {
	return ask[[]connector.Receiver](ctx, c, "Receivers")
}

func (c *Client) SetReceiverSecret(ctx context.Context, receiver, secret string) error {
	return c.do(ctx, "SetReceiverSecret", nil, receiver, secret)
}

func (c *Client) TestReceivers(ctx context.Context) ([]connector.Receiver, error) {
	return ask[[]connector.Receiver](ctx, c, "TestReceivers")
}

func (c *Client) ExportMonth(ctx context.Context, q connector.MonthQuery, f connector.Format, language string) (connector.File, error) {
	return ask[connector.File](ctx, c, "ExportMonth", q, f, language)
}
