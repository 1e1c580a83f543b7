package connector

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
	"dakokubridge/connector/token"
	"dakokubridge/connector/vault"
)

// signIn is a sign-in under way.
type signIn struct {
	side  Side
	mail  string
	state string            // Akerun
	login *salesforce.Login // Salesforce
}

func (s *signIn) close() {
	if s.login != nil {
		s.login.Close()
	}
}

// pasteWithin is how long an Akerun sign-in may take: its code lives for ten minutes, and people look for the address bar.
const pasteWithin = 30 * time.Minute

// BeginSignIn implements Connector.
func (l *Local) BeginSignIn(ctx context.Context, r SignInRequest) (SignIn, error) {
	switch r.Side {
	case Akerun:
		return l.beginAkerun(ctx, r.Mail)
	case Salesforce:
		return l.beginSalesforce(ctx)
	}
	return SignIn{}, fail(CodeBadInput, "there is no side %q: give akerun or salesforce", r.Side)
}

func (l *Local) beginAkerun(ctx context.Context, mail string) (SignIn, error) {
	if err := l.needAkerunClient(ctx); err != nil {
		return SignIn{}, err
	}
	s := &signIn{side: Akerun, mail: strings.TrimSpace(mail), state: akerun.NewState()}
	l.keep(s.state, s)
	return SignIn{ID: s.state, Address: l.akerunClient().AuthorizeURL(s.state), Expires: time.Now().Add(pasteWithin)}, nil
}

func (l *Local) needAkerunClient(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if in.AkerunClient == "" && l.settings().Akerun.ClientID == "" {
		return fail(CodeNoClient, "Akerun's アプリID is missing: enter the アプリID and the 秘密キー that Akerun sent")
	}
	_, err = l.c.Vault.Get(ctx, vault.AkerunClientSecret)
	if errors.Is(err, vault.ErrNotFound) {
		return fail(CodeNoClient, "Akerun's 秘密キー is missing: enter the アプリID and the 秘密キー that Akerun sent")
	}
	return explain(Akerun, err)
}

func (l *Local) beginSalesforce(ctx context.Context) (SignIn, error) {
	if l.settings().Salesforce.ClientID == "" {
		return SignIn{}, fail(CodeNoClient, "the consumer key of the Salesforce app is missing: write it as client_id under [salesforce] in settings.toml")
	}
	login, err := l.salesforceClient().BeginLogin(context.WithoutCancel(ctx)) // it outlives the call that began it
	if err != nil {
		return SignIn{}, explain(Salesforce, err)
	}
	id := akerun.NewState()
	l.keep(id, &signIn{side: Salesforce, login: login})
	return SignIn{ID: id, Address: login.Address(), Expires: time.Now().Add(salesforce.LoginTimeout)}, nil
}

// keep remembers a sign-in; an earlier one to the same side is given up, since only one return can be waited for.
func (l *Local) keep(id string, s *signIn) {
	l.mu.Lock()
	var former []*signIn
	for other, f := range l.signIns {
		if f.side == s.side {
			former = append(former, f)
			delete(l.signIns, other)
		}
	}
	l.signIns[id] = s
	l.mu.Unlock()
	for _, f := range former {
		f.close()
	}
}

func (l *Local) drop(id string) *signIn {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.signIns[id]
	delete(l.signIns, id)
	return s
}

// CancelSignIn implements Connector.
func (l *Local) CancelSignIn(_ context.Context, id string) error {
	s := l.drop(id)
	if s == nil {
		return fail(CodeNotFound, "this sign-in has ended already")
	}
	s.close()
	return nil
}

// FinishSignIn implements Connector.
func (l *Local) FinishSignIn(ctx context.Context, id, pasted string) (Account, error) {
	l.mu.Lock()
	s := l.signIns[id]
	l.mu.Unlock()
	if s == nil {
		return Account{}, fail(CodeNotFound, "this sign-in has ended: begin again")
	}
	var account Account
	var err error
	if s.side == Akerun {
		account, err = l.finishAkerun(ctx, s, pasted)
	} else {
		account, err = l.finishSalesforce(ctx, s)
	}
	err = explain(s.side, err)
	if !mayTryAgain(err) {
		l.drop(id)
		s.close()
	}
	if err == nil {
		l.engine.Wake(true)
		l.publish()
	}
	return account, err
}

// mayTryAgain tells whether another paste may still end the sign-in: only the address was wrong.
func mayTryAgain(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == CodeBadInput && e.Detail["cause"] != ""
}

// finishAkerun tries the new sign-in in a client of its own first, so that one that is of no use leaves the former as it was.
func (l *Local) finishAkerun(ctx context.Context, s *signIn, pasted string) (Account, error) {
	in, err := l.integration(ctx)
	if err != nil {
		return Account{}, err
	}
	probe, err := l.probeAkerun(ctx, in)
	if err != nil {
		return Account{}, err
	}
	grant, err := probe.Exchange(ctx, pasted, s.state)
	if err != nil {
		return Account{}, err
	}
	if err := probe.Tokens().Adopt(ctx, grant); err != nil {
		return Account{}, err
	}
	account, err := l.akerunAccount(ctx, probe, s.mail, in)
	if err != nil {
		return Account{}, errors.Join(err, probe.Revoke(ctx))
	}
	grant, err = currentGrant(ctx, probe.Tokens(), grant)
	if err != nil {
		return Account{}, err
	}
	return account, l.engine.Locked(func() error {
		if err := l.adopt(ctx, Akerun, l.akerunClient(), grant); err != nil {
			return err
		}
		return l.noteSignIn(ctx, account)
	})
}

// currentGrant is the grant with the refresh token that holds now, in case the probe has had to renew it.
func currentGrant(ctx context.Context, t *token.Keeper, g token.Grant) (token.Grant, error) {
	refresh, err := t.RefreshToken(ctx)
	if err != nil {
		return g, err
	}
	if refresh == g.RefreshToken {
		return g, nil
	}
	access, err := t.Access(ctx)
	return token.Grant{AccessToken: access, RefreshToken: refresh, Extra: t.Extra()}, err
}

func (l *Local) probeAkerun(ctx context.Context, in store.Integration) (*akerun.Client, error) {
	secret, err := l.c.Vault.Get(ctx, vault.AkerunClientSecret)
	if err != nil {
		return nil, err
	}
	memory := vault.Memory()
	if err := memory.Set(ctx, vault.AkerunClientSecret, secret); err != nil {
		return nil, err
	}
	return l.newAkerun(in.AkerunClient, memory)
}

// akerunAccount finds out who signed in. Akerun has no call that tells it, so the person's own mail address leads to the user.
func (l *Local) akerunAccount(ctx context.Context, c *akerun.Client, mail string, in store.Integration) (Account, error) {
	account := Account{Side: Akerun, Since: l.engine.Now()}
	orgs, err := c.Organizations(ctx)
	if err != nil {
		return account, err
	}
	linked := in.Phase == "waiting" || in.Phase == "running"
	switch {
	case len(orgs) == 0:
		return account, fail(CodeNoRights, "this Akerun account belongs to no 事業所: sign in as スーパーマネージャー")
	case linked && !slices.Contains(orgs, in.AkerunOrg):
		return account, fail(CodeWrongTenant, "this Akerun account does not belong to the linked 事業所 %s: sign in with one that does", in.AkerunOrg)
	case slices.Contains(orgs, in.AkerunOrg):
		account.OrganizationID = in.AkerunOrg
	case len(orgs) == 1:
		account.OrganizationID = orgs[0]
	}
	if mail == "" {
		return account, nil
	}
	return l.lookUp(ctx, c, account, mail, orgs, linked)
}

func (l *Local) lookUp(ctx context.Context, c *akerun.Client, account Account, mail string, orgs []string, linked bool) (Account, error) {
	where := orgs
	if account.OrganizationID != "" {
		where = []string{account.OrganizationID}
	}
	for _, org := range where {
		user, ok, err := c.UserByMail(ctx, org, mail)
		if err != nil {
			return account, err
		}
		if !ok {
			continue
		}
		account.UserID, account.Name, account.Authority = user.ID, user.Name, user.Authority
		account.AuthorityKnown, account.Super = akerun.AuthorityOf(user.Authority)
		if linked && account.AuthorityKnown && !account.Super {
			return account, fail(CodeNotSuper, "this Akerun account is %s: only スーパーマネージャー may link", user.Authority)
		}
		return account, nil
	}
	return account, fail(CodeNotFound, "no Akerun user has the mail address %s: give the address of the person who signed in", mail)
}

func (l *Local) finishSalesforce(ctx context.Context, s *signIn) (Account, error) {
	grant, err := s.login.Wait(ctx)
	if err != nil {
		return Account{}, err
	}
	in, err := l.integration(ctx)
	if err != nil {
		return Account{}, err
	}
	linked := in.Phase == "waiting" || in.Phase == "running"
	org, ok := salesforce.OrgOf(grant)
	if !ok {
		return Account{}, fail(CodeInternal, "Salesforce's answer names no organization")
	}
	probe, err := l.newSalesforce(vault.Memory(), org)
	if err != nil {
		return Account{}, err
	}
	if err := probe.Tokens().Adopt(ctx, grant); err != nil {
		return Account{}, err
	}
	if (linked || in.Begins > 0) && in.SalesforceOrg != org {
		wrong := fail(CodeWrongTenant, "this sign-in belongs to the Salesforce organization %s, linked is %s: sign in to the linked one", org, in.SalesforceOrg)
		return Account{}, errors.Join(wrong, probe.Revoke(ctx))
	}
	account, err := l.salesforceAccount(ctx, probe, linked)
	if err != nil {
		return Account{}, errors.Join(err, probe.Revoke(ctx))
	}
	if grant, err = currentGrant(ctx, probe.Tokens(), grant); err != nil {
		return Account{}, err
	}
	return account, l.engine.Locked(func() error { return l.adoptSalesforce(ctx, grant, account) })
}

// salesforceAccount finds out who signed in and, where the integration runs already, refuses rights that would stop it.
func (l *Local) salesforceAccount(ctx context.Context, c *salesforce.Client, linked bool) (Account, error) {
	user, err := c.UserInfo(ctx)
	if err != nil {
		return Account{}, err
	}
	account := Account{Side: Salesforce, Name: user.Name, UserID: user.ID, OrganizationID: user.OrgID, Since: l.engine.Now()}
	if !linked {
		return account, nil
	}
	rights, err := teamspirit.New(c, l.teamspiritClient().Names()).Rights(ctx, nil)
	if err != nil {
		return account, err
	}
	switch rights.Verdict {
	case teamspirit.ForOneself:
		return account, employeeRights(user.Name)
	case teamspirit.None:
		return account, objectMissing(rights)
	}
	return account, nil
}

// adoptSalesforce puts the new sign-in in the place of the former one.
func (l *Local) adoptSalesforce(ctx context.Context, grant token.Grant, account Account) error {
	client := l.salesforceClient()
	if err := l.adopt(ctx, Salesforce, client, grant); err != nil {
		return err
	}
	if err := client.Pin(account.OrganizationID); err != nil {
		return err
	}
	return l.noteSignIn(ctx, account)
}

// adopt puts a new sign-in into force. The former one is revoked afterwards, when the keychain has the new one: whoever has handed over is
// to leave no key behind, and Salesforce keeps five sign-ins per user and app, so that a forgotten one would knock another out.
func (l *Local) adopt(ctx context.Context, side Side, client interface {
	Tokens() *token.Keeper
	RevokeToken(ctx context.Context, refreshToken string) error
}, grant token.Grant) error {
	former, _ := client.Tokens().RefreshToken(ctx) // none, or none to be had: then nothing is revoked
	if err := client.Tokens().Adopt(ctx, grant); err != nil {
		return errors.Join(err, client.RevokeToken(ctx, grant.RefreshToken)) // of no use to anybody
	}
	if former == "" || former == grant.RefreshToken {
		return nil
	}
	if err := client.RevokeToken(ctx, former); err != nil {
		l.c.Log.Warn("the former sign-in was not revoked", "side", side, "error", err)
	}
	return nil
}

// noteSignIn writes down who signed in. 要再連携 of that side ends.
func (l *Local) noteSignIn(ctx context.Context, a Account) error {
	names, err := l.names(ctx)
	if err != nil {
		return err
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		tx.Audit("signed_in", map[string]string{"side": string(a.Side), "user": a.UserID, "organization": a.OrganizationID, "authority": a.Authority})
		if err := engine.SignedIn(ctx, tx, string(a.Side), store.SideSignedInParams{
			UserID: a.UserID, NameSealed: names.Seal(a.Name), Authority: a.Authority, At: store.Millis(tx.Now()), Name: string(a.Side),
		}); err != nil {
			return err
		}
		if a.Side == Salesforce {
			return tx.SetSalesforceOrg(ctx, a.OrganizationID)
		}
		if err := l.confirmSuper(ctx, tx, false); err != nil {
			return err
		}
		return l.readyIfNew(ctx, tx)
	})
	if err != nil || a.Side != Akerun || a.OrganizationID == "" {
		return err
	}
	return l.pinOrganization(ctx, a.OrganizationID, "")
}

// readyIfNew passes from 未設定 to 連携可能 when Akerun's strings have proven good.
func (l *Local) readyIfNew(ctx context.Context, tx *store.Tx) error {
	in, err := tx.Integration(ctx)
	if err != nil || (in.Phase != string(NotSetUp) && in.Phase != string(Applied)) {
		return err
	}
	return tx.SetPhase(ctx, string(Ready))
}

func (l *Local) confirmSuper(ctx context.Context, tx *store.Tx, yes bool) error {
	in, err := tx.Integration(ctx)
	if err != nil {
		return err
	}
	return tx.SetConfirmations(ctx, store.SetConfirmationsParams{Rights: in.RightsConfirmed, Super: store.Flag(yes)})
}

// ConfirmSuperManager implements Connector.
func (l *Local) ConfirmSuperManager(ctx context.Context) error {
	return l.update(ctx, func(tx *store.Tx) error {
		side, err := tx.Side(ctx, string(Akerun))
		if err != nil {
			return err
		}
		if side.SignedInAt == 0 {
			return fail(CodeNotSignedIn, "nobody has signed in to Akerun yet: sign in first")
		}
		if known, super := akerun.AuthorityOf(side.Authority); side.Authority != "" && known && !super {
			return fail(CodeNotSuper, "this Akerun account is %s: sign in as スーパーマネージャー", side.Authority)
		}
		tx.Audit("super_manager_confirmed", map[string]string{"user": side.UserID})
		return l.confirmSuper(ctx, tx, true)
	})
}

// SetAkerunClient implements Connector.
func (l *Local) SetAkerunClient(ctx context.Context, clientID, secret string) error {
	clientID, secret = strings.TrimSpace(clientID), strings.TrimSpace(secret)
	if clientID == "" || secret == "" {
		return fail(CodeBadInput, "アプリID and 秘密キー are both needed: paste what Akerun sent")
	}
	if err := l.c.Vault.Set(ctx, vault.AkerunClientSecret, secret); err != nil {
		return explain(Akerun, err)
	}
	err := l.update(ctx, func(tx *store.Tx) error {
		tx.Audit("akerun_client", nil)
		return tx.SetAkerunClient(ctx, clientID)
	})
	if err != nil {
		return err
	}
	fresh, err := l.newAkerun(clientID, l.c.Vault)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.akerun = fresh
	l.mu.Unlock()
	l.engine.UseAkerun(fresh)
	return nil
}

// Organizations implements Connector.
func (l *Local) Organizations(ctx context.Context) ([]Organization, error) {
	in, err := l.integration(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := l.akerunClient().Organizations(ctx)
	if err != nil {
		return nil, explain(Akerun, err)
	}
	out := make([]Organization, 0, len(ids))
	for _, id := range ids {
		o, err := l.akerunClient().Organization(ctx, id)
		if err != nil {
			return nil, explain(Akerun, err)
		}
		out = append(out, Organization{ID: id, Name: o.Name, Chosen: id == in.AkerunOrg})
	}
	return out, nil
}

// ChooseOrganization implements Connector.
func (l *Local) ChooseOrganization(ctx context.Context, id string) error {
	all, err := l.Organizations(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o Organization) bool { return o.ID == id })
	if i < 0 {
		return fail(CodeNotFound, "this Akerun account does not belong to a 事業所 %q: choose one of the list", id)
	}
	return l.engine.Locked(func() error {
		if err := l.engine.ReadRest(ctx, id); errors.Is(err, engine.ErrNotNow) {
			return fail(CodeOffline, "the accesses until now can't be read from Akerun just now: try again in a few minutes")
		} else if err != nil {
			return explain(Akerun, err)
		}
		return l.pinOrganization(ctx, id, all[i].Name)
	})
}

// pinOrganization settles what the former 事業所 showed under it and begins a new cursor for the new one, from now on.
func (l *Local) pinOrganization(ctx context.Context, id, name string) error {
	return l.update(ctx, func(tx *store.Tx) error {
		in, err := tx.Integration(ctx)
		if err != nil || in.AkerunOrg == id && (name == "" || name == in.AkerunOrgName) {
			return err
		}
		if in.AkerunOrg != id {
			tx.Audit("organization", map[string]string{"organization": id, "before": in.AkerunOrg})
			if err := engine.ForgetCursors(ctx, tx, in.AkerunOrg != "" && in.Begins > 0, id); err != nil {
				return err
			}
		}
		return tx.SetAkerunOrg(ctx, store.SetAkerunOrgParams{Org: id, Name: name})
	})
}
