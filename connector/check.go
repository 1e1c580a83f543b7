package connector

import (
	"context"
	"strings"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// Check implements Connector.
func (l *Local) Check(ctx context.Context) (Check, error) {
	var c Check
	err := l.needSignIns(ctx)
	if missing, ok := err.(*Error); ok && missing.Detail["side"] == string(Akerun) && l.needSignIn(ctx, Salesforce) == nil {
		err = nil // Salesforce can be looked at while Akerun's answer to the application is still to come
	}
	if err != nil {
		return c, err
	}
	err = l.engine.Locked(func() error {
		rights, batch, err := l.engine.CheckRights(ctx)
		if err != nil {
			return explain(Salesforce, err)
		}
		c.Rights = rightsCheck(rights)
		c.Batch = BatchCheck{Verdict: batch.Verdict, Oldest: batch.Oldest}
		return nil
	})
	if err != nil {
		return c, err
	}
	if c.Akerun, err = l.checkAkerun(ctx); err != nil {
		return c, err
	}
	if c.Akerun.Readable && c.Rights.Verdict != teamspirit.None {
		if err := l.ReadPeople(ctx); err != nil {
			return c, err
		}
	}
	if c.People, err = l.countPeople(ctx); err != nil {
		return c, err
	}
	c.Blocks = c.blocks()
	c.Blocked = len(c.Blocks) > 0
	return c, nil
}

func (l *Local) needSignIns(ctx context.Context) error {
	for _, side := range []Side{Akerun, Salesforce} {
		if err := l.needSignIn(ctx, side); err != nil {
			return err
		}
	}
	return nil
}

func (l *Local) needSignIn(ctx context.Context, side Side) error {
	return l.store.View(ctx, func(q *store.Queries) error {
		s, err := q.Side(ctx, string(side))
		if err == nil && s.SignedInAt == 0 {
			return notSignedIn(side)
		}
		return err
	})
}

func notSignedIn(side Side) *Error {
	return fail(CodeNotSignedIn, "nobody has signed in to %s yet: sign in there first", side).with("side", string(side))
}

func rightsCheck(r teamspirit.Rights) RightsCheck {
	c := RightsCheck{
		Verdict: r.Verdict, UserName: r.UserName, OrganizationID: r.OrgID, Proof: r.Proof, OutOfReach: r.OutOfReach,
		VisibleEmployees: r.VisibleEmployees, Key: string(r.Key), TargetDate: r.TargetDateWritable, SheetReadable: r.SheetReadable,
	}
	for _, m := range r.Missing {
		c.Missing = append(c.Missing, m.String())
	}
	switch {
	case r.Verdict == teamspirit.ForOneself:
		c.Ask = askForRights
	case r.Verdict == teamspirit.None && r.NotInstalled:
		c.Ask = "ask whether チムスピ勤怠 (TeamSpirit) is installed in this Salesforce organization and whether this user has its licence"
	case r.Verdict == teamspirit.None:
		c.Ask = "ask the Salesforce administrator to give this user access to: " + strings.Join(c.Missing, ", ")
	case r.Verdict == teamspirit.Partial:
		c.Ask = "ask the Salesforce administrator whether this user may stamp for every employee (管理機能の使用, 全社員のデータ編集)"
	}
	return c
}

// askForRights is what a user with 従業員権限 has to ask for.
const askForRights = "ask the Salesforce administrator for a user with 管理機能の使用 or 全社員のデータ編集 in チムスピ勤怠, and sign in with that user"

func employeeRights(name string) *Error {
	return fail(CodeEmployeeRights, "%s has employee rights only and can't stamp for others, so everyone's stamps would fail: %s", name, askForRights).with("user", name)
}

func objectMissing(r teamspirit.Rights) *Error {
	c := rightsCheck(r)
	return fail(CodeObjectMissing, "the Salesforce user can't use what stamping needs: %s", c.Ask).with("missing", strings.Join(c.Missing, ", "))
}

// checkAkerun finds out whether the Akerun account can read what is needed, by reading it.
func (l *Local) checkAkerun(ctx context.Context) (AkerunCheck, error) {
	in, side, err := l.akerunSide(ctx)
	if err != nil {
		return AkerunCheck{}, err
	}
	c := AkerunCheck{OrganizationID: in.AkerunOrg, OrganizationName: in.AkerunOrgName, Authority: side.Authority, Confirmed: in.SuperConfirmed == 1}
	if c.SignedIn = side.SignedInAt > 0; !c.SignedIn {
		return c, nil
	}
	if side.Authority != "" {
		c.AuthorityKnown, c.Super = akerun.AuthorityOf(side.Authority)
	}
	if in.AkerunOrg == "" {
		return c, nil
	}
	client := l.akerunClient()
	if _, err = client.Users(ctx, in.AkerunOrg, "", 1); err == nil {
		_, err = client.Accesses(ctx, in.AkerunOrg, akerun.AccessQuery{From: time.Now().Add(-time.Hour), Limit: 1})
	}
	if advice, cause := engine.AdviceOf(err); err != nil && (advice != "ask" || cause == "login_needed") {
		return c, explain(Akerun, err)
	}
	c.Readable = err == nil
	if o, err := client.Organization(ctx, in.AkerunOrg); err == nil {
		c.OrganizationName = o.Name
	}
	return c, nil
}

func (l *Local) akerunSide(ctx context.Context) (in store.Integration, side store.Side, err error) {
	err = l.store.View(ctx, func(q *store.Queries) error {
		if in, err = q.Integration(ctx); err != nil {
			return err
		}
		side, err = q.Side(ctx, string(Akerun))
		return err
	})
	return in, side, err
}

// blocks lists what keeps the integration from beginning. PARTIAL rights and an unknown authority can be vouched for, so they are not
// among them once they are.
func (c Check) blocks() []ErrorCode {
	var b []ErrorCode
	switch c.Rights.Verdict {
	case teamspirit.ForOneself:
		b = append(b, CodeEmployeeRights)
	case teamspirit.None:
		b = append(b, CodeObjectMissing)
	}
	if !c.Akerun.SignedIn {
		return append(b, CodeNotSignedIn)
	}
	switch {
	case c.Akerun.OrganizationID == "":
		b = append(b, CodeNoOrganization)
	case !c.Akerun.Readable:
		b = append(b, CodeNoRights)
	}
	switch {
	case c.Akerun.AuthorityKnown && !c.Akerun.Super:
		b = append(b, CodeNotSuper)
	case !c.Akerun.AuthorityKnown && !c.Akerun.Confirmed:
		b = append(b, CodeAuthority)
	}
	return b
}

// refusal is the error with which Begin answers a block.
func (c Check) refusal() *Error {
	switch c.Blocks[0] {
	case CodeEmployeeRights:
		return employeeRights(c.Rights.UserName)
	case CodeObjectMissing:
		return fail(CodeObjectMissing, "the Salesforce user can't use what stamping needs: %s", c.Rights.Ask)
	case CodeNotSignedIn:
		return notSignedIn(Akerun)
	case CodeNoOrganization:
		return fail(CodeNoOrganization, "no 事業所 is chosen: choose one first")
	case CodeNoRights:
		return fail(CodeNoRights, "the Akerun account can't read users and accesses: sign in as スーパーマネージャー")
	case CodeNotSuper:
		return fail(CodeNotSuper, "the Akerun account is %s: only スーパーマネージャー may link", c.Akerun.Authority)
	}
	return fail(CodeAuthority, "nobody knows whether the Akerun account is スーパーマネージャー (Akerun says %q): confirm it first", c.Akerun.Authority)
}
