package salesforceserver

import (
	"cmp"
	"fmt"
	"time"

	"dakokubridge/connector/simulator/soql"
)

// user is one Salesforce user; only those of Options.Users can sign in.
type user struct {
	User
	permissionSet string
}

func (u *user) modifyAllData() bool { return u.Role == RoleAdmin }

// seesAll says whether the user reads everybody's attendance.
func (u *user) seesAll() bool {
	return u.Role == RoleAdmin || u.Role == RoleObjectAdmin || u.Role == RoleEditor
}

// modifyAll says whether an object permission gives the user every record of TeamSpirit's objects.
func (u *user) modifyAll() bool { return u.Role == RoleAdmin || u.Role == RoleObjectAdmin }

// viewsSetup is the right to view setup and configuration.
func (u *user) viewsSetup() bool { return u.Role == RoleAdmin || u.Role == RoleObjectAdmin }

func (s *Server) table(name string) *table { return s.tables[lower(name)] }

// populate makes the records that the org begins with.
func (s *Server) populate() error {
	now := s.now()
	days := s.table(dayObject)
	days.parent = func(r *record, _ string) any {
		if m := s.table(monthObject).any(r.text(fEmpMonthID)); m != nil {
			return m.value(fEmpID)
		}
		return nil
	}
	s.system("Organization", s.baseID, now, map[string]any{"Name": cmp.Or(s.options.OrganizationName, "打刻ブリッジ検証組織"), "IsSandbox": false, "OrganizationType": "Enterprise Edition",
		"TimeZoneSidKey": "Asia/Tokyo", "LanguageLocaleKey": "ja", "InstanceName": "SIM1"})
	if err := s.addUsers(now); err != nil {
		return err
	}
	for _, e := range s.options.Employees {
		if _, err := s.setEmployee(e, now); err != nil {
			return err
		}
	}
	if err := s.linkUsers(now); err != nil {
		return err
	}
	s.addRights(now)
	s.addJobs(now)
	s.system(commonObject, s.newID("a04"), now, map[string]any{"Name": "共通設定", fUseIC: s.switches.ICOn})
	return s.applySwitches()
}

// system adds a record outside the rules of DML.
func (s *Server) system(object, id string, now time.Time, fields map[string]any) *record {
	t := s.table(object)
	values := t.blank()
	values[0] = id
	t.set(values, "CreatedDate", now.Truncate(time.Second))
	t.touch(values, now)
	t.set(values, "IsDeleted", false)
	for name, v := range fields {
		t.set(values, name, v)
	}
	return t.add(values)
}

func (s *Server) addUsers(now time.Time) error {
	linked := map[string]string{}
	for _, e := range s.options.Employees {
		if e.UserID != "" && e.ID != "" {
			linked[id18(e.ID)] = id18(e.UserID)
		}
	}
	for _, u := range s.options.Users {
		switch u.Role {
		case RoleAdmin, RoleObjectAdmin, RoleEditor, RoleEmployee:
		default:
			return fmt.Errorf("user %q has the unknown role %q", u.Username, u.Role)
		}
		if s.names[lower(u.Username)] != nil || u.Username == "" {
			return fmt.Errorf("user name %q is empty or given twice", u.Username)
		}
		if u.EmployeeID != "" {
			if u.EmployeeID = id18(u.EmployeeID); u.EmployeeID == "" {
				return fmt.Errorf("user %q is linked to something that is no Salesforce id", u.Username)
			}
		}
		u.ID = cmp.Or(id18(u.ID), linked[u.EmployeeID])
		if u.ID == "" {
			u.ID = s.newID("005")
		}
		u.Mail = cmp.Or(u.Mail, u.Username)
		full := &user{User: u}
		s.users[u.ID], s.names[lower(u.Username)] = full, full
		s.addUserRow(u.ID, cmp.Or(u.Name, u.Username), u.Username, u.Mail, now)
	}
	return nil
}

func (s *Server) addUserRow(id, name, username, mail string, now time.Time) {
	s.system("User", id, now, map[string]any{"Name": name, "Username": username, "Email": mail, "IsActive": true, "UserType": "Standard",
		"TimeZoneSidKey": "Asia/Tokyo", "LocaleSidKey": "ja_JP", "LanguageLocaleKey": "ja"})
}

// linkUsers gives the employees of users their UserId__c and the flags that hint at rights.
func (s *Server) linkUsers(now time.Time) error {
	for _, u := range s.users {
		if u.EmployeeID == "" {
			continue
		}
		e := s.table(employeeObject).get(u.EmployeeID)
		if e == nil {
			return fmt.Errorf("user %q is linked to the unknown employee %q", u.Username, u.EmployeeID)
		}
		e.table.change(e, now, map[string]any{fUserID: u.ID, fIsAdmin: u.Role == RoleAdmin, fIsAllEditor: u.seesAll() && u.Role != RoleObjectAdmin})
	}
	return nil
}

func (s *Server) setEmployee(e Employee, now time.Time) (string, error) {
	t := s.table(employeeObject)
	id := id18(e.ID)
	if e.ID != "" && id == "" {
		return "", fmt.Errorf("employee id %q is no Salesforce id", e.ID)
	}
	if e.UserID != "" && id18(e.UserID) == "" {
		return "", fmt.Errorf("user id %q of employee %q is no Salesforce id", e.UserID, e.ID)
	}
	fields := map[string]any{"Name": e.Name, fEmpCode: e.Code, fUserID: s.employeeUser(e, now), fEntryDate: nil, fEndDate: nil}
	for name, d := range map[string]string{fEntryDate: e.Entry, fEndDate: e.End} {
		if d == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return "", fmt.Errorf("date of employee %q: %w", e.ID, err)
		}
		fields[name] = soql.Date(d)
	}
	if r := t.any(id); r != nil {
		r.deleted = false
		fields["IsDeleted"] = false
		t.change(r, now, fields)
		return r.id(), nil
	}
	if id == "" {
		id = s.newID(t.prefix)
	}
	fields["OwnerId"] = s.ownerID()
	s.system(employeeObject, id, now, fields)
	return id, nil
}

// employeeUser finds or makes the Salesforce user behind an employee.
func (s *Server) employeeUser(e Employee, now time.Time) string {
	users := s.table("User")
	id := id18(e.UserID)
	if old := s.table(employeeObject).any(e.ID); id == "" && old != nil {
		id = old.text(fUserID)
	}
	if r := users.any(id); r != nil {
		if e.Mail != "" && e.Mail != r.text("Email") && s.users[id] == nil {
			users.change(r, now, map[string]any{"Email": e.Mail})
		}
		return id
	}
	if id == "" && e.Mail == "" {
		return ""
	}
	if id == "" {
		id = s.newID("005")
	}
	s.addUserRow(id, e.Name, e.Mail, e.Mail, now)
	return id
}

func (s *Server) employeeMail(e *record) string {
	if u := s.table("User").any(e.text(fUserID)); u != nil {
		return u.text("Email")
	}
	return ""
}

// ownerID is the user that owns what nobody else does: the first that was made.
func (s *Server) ownerID() string {
	if rows := s.table("User").rows; len(rows) > 0 {
		return rows[0].id()
	}
	return ""
}

// addRights makes each user's permission set with its object permissions.
func (s *Server) addRights(now time.Time) {
	for _, row := range s.table("User").rows {
		u := s.users[row.id()]
		if u == nil {
			continue
		}
		u.permissionSet = s.newID("0PS")
		s.system("PermissionSet", u.permissionSet, now, map[string]any{"Name": "X00e" + u.ID[3:], "Label": "プロファイル", "IsOwnedByProfile": true})
		s.system("PermissionSetAssignment", s.newID("0Pa"), now, map[string]any{"AssigneeId": u.ID, "PermissionSetId": u.permissionSet})
		for _, def := range teamspiritObjects() {
			prefix := "110"
			if u.modifyAllData() {
				prefix = "000" // Modify All Data shows as virtual rows
			}
			s.system("ObjectPermissions", s.newID(prefix), now, map[string]any{"ParentId": u.permissionSet, "SobjectType": def.name, "PermissionsRead": true,
				"PermissionsCreate": u.creates(def.name), "PermissionsEdit": u.edits(def.name), "PermissionsDelete": u.modifyAll(),
				"PermissionsViewAllRecords": u.modifyAll(), "PermissionsModifyAllRecords": u.modifyAll()})
		}
	}
}

// creates and edits are the object permissions of the roles.
func (u *user) creates(object string) bool {
	return u.modifyAll() || object == stampObject || u.Role == RoleEditor && object != commonObject
}

func (u *user) edits(object string) bool {
	return u.modifyAll() || object == stampObject || u.Role == RoleEditor && object != commonObject
}

// applySwitches brings the data in line with switches that show in it.
func (s *Server) applySwitches() error {
	now := s.now()
	if rows := s.table(commonObject).rows; len(rows) > 0 && rows[0].flag(fUseIC) != s.switches.ICOn {
		rows[0].table.change(rows[0], now, map[string]any{fUseIC: s.switches.ICOn})
	}
	for _, u := range s.users {
		r := s.table("User").any(u.ID)
		if active := !contains(s.switches.UserInactive, u.Username); r.flag("IsActive") != active {
			r.table.change(r, now, map[string]any{"IsActive": active})
			if !active {
				s.sign.revokeUser(u.Username)
			}
		}
	}
	for _, code := range s.switches.DuplicateCodes {
		if err := s.ensureTwin(code, now); err != nil {
			return err
		}
	}
	return nil
}

// ensureTwin adds a second employee with the code of another.
func (s *Server) ensureTwin(code string, now time.Time) error {
	if len(s.employeesByCode(code)) > 1 {
		return nil
	}
	_, err := s.setEmployee(Employee{Code: code, Name: "重複 " + code}, now)
	return err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if equalFold(x, s) {
			return true
		}
	}
	return false
}
