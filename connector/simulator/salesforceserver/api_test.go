package salesforceserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestVersionsNeedNoSession(t *testing.T) {
	g := newOrg(t)
	r := (&client{g, ""}).do("GET", "/services/data", nil)
	var list []map[string]string
	if err := json.Unmarshal(r.body, &list); err != nil || r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if last := list[len(list)-1]; last["version"] != "66.0" || last["url"] != "/services/data/v66.0" || last["label"] != "Spring '26" {
		t.Errorf("newest is %v", last)
	}
	if r.header.Get("Sforce-Limit-Info") != "" {
		t.Error("the list of versions carries the limit header")
	}
	c := g.client("admin@example.jp")
	if r := c.do("GET", "/services/data/v99.0/limits", nil); r.status != 404 {
		t.Errorf("unknown version: %d", r.status)
	}
	if r := c.do("GET", "limits", nil); r.header.Get("Sforce-Limit-Info") != "api-usage=1/100000" || r.header.Get("Date") != "Fri, 20 Nov 2026 00:00:00 GMT" {
		t.Errorf("headers %v", r.header)
	}
}

func (c *client) describeField(object, name string) map[string]any {
	c.g.t.Helper()
	var d struct {
		Createable bool
		Fields     []map[string]any
	}
	r := c.do("GET", "sobjects/"+object+"/describe", nil)
	if err := json.Unmarshal(r.body, &d); err != nil || r.status != 200 {
		c.g.t.Fatalf("describe: %d %s", r.status, r.body)
	}
	if name == "" {
		return map[string]any{"createable": d.Createable}
	}
	for _, f := range d.Fields {
		if f["name"] == name {
			return f
		}
	}
	return nil
}

func TestDescribe(t *testing.T) {
	g := newOrg(t)
	admin, emp := g.client("admin@example.jp"), g.client("emp@example.jp")
	for _, c := range []struct {
		kind               string
		externalID, unique bool
	}{{KeyPlain, false, false}, {KeyExternalID, true, false}, {KeyUnique, false, true}, {KeyUniqueExternalID, true, true}} {
		g.set("unique_key", `"`+c.kind+`"`)
		if f := emp.describeField(stampObject, fUniqueKey); f["externalId"] != c.externalID || f["unique"] != c.unique || f["createable"] != true || f["length"] != 255.0 {
			t.Errorf("%s: %v", c.kind, f)
		}
	}
	if f := admin.describeField(stampObject, fStampType); len(f["picklistValues"].([]any)) != 6 || f["restrictedPicklist"] != true || f["nillable"] != false {
		t.Errorf("stamp type: %v", f)
	}
	if f := admin.describeField(stampObject, fEmpID); f["relationshipName"] != "teamspirit__EmpId__r" || f["referenceTo"].([]any)[0] != employeeObject {
		t.Errorf("employee: %v", f)
	}
	if emp.describeField(stampObject, "")["createable"] != true || emp.describeField(employeeObject, "")["createable"] != false || admin.describeField(employeeObject, "")["createable"] != true {
		t.Error("createable of objects is wrong for the role")
	}
	g.set("target_date_createable", "false")
	g.set("field_not_createable", `[{"user":"emp@example.jp","object":"`+stampObject+`","field":"`+fAccessInfo+`"}]`)
	g.set("field_missing", `[{"object":"`+dayObject+`","field":"`+fPushStart+`"}]`)
	if admin.describeField(stampObject, fTargetDate)["createable"] != false {
		t.Error("target date is createable")
	}
	if emp.describeField(stampObject, fAccessInfo)["createable"] != false || admin.describeField(stampObject, fAccessInfo)["createable"] != true {
		t.Error("field_not_createable does not follow its user")
	}
	if admin.describeField(dayObject, fPushStart) != nil || admin.queryError("SELECT "+fPushStart+" FROM "+dayObject) != "INVALID_FIELD" {
		t.Error("a missing field is there")
	}
	g.set("object_missing", `[{"user":"emp@example.jp","object":"`+employeeObject+`"}]`)
	if r := emp.do("GET", "sobjects/"+employeeObject+"/describe", nil); r.status != 404 || r.code() != "NOT_FOUND" {
		t.Errorf("describe of a missing object: %d %s", r.status, r.body)
	}
	if emp.queryError("SELECT Id FROM "+employeeObject) != "INVALID_TYPE" || admin.query("SELECT COUNT() FROM "+employeeObject).TotalSize != 4 {
		t.Error("object_missing does not follow its user")
	}
	if r := emp.do("GET", "sobjects", nil); strings.Contains(string(r.body), `"`+employeeObject+`"`) || !strings.Contains(string(r.body), `"`+stampObject+`"`) {
		t.Error("the global describe disagrees")
	}
}

func TestRights(t *testing.T) {
	access := func(c *client, user string, ids ...string) []map[string]any {
		me := c.query("SELECT Id FROM User WHERE Username = '" + user + "'").Records[0]["Id"].(string)
		return c.query(fmt.Sprintf("SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess WHERE UserId = '%s' AND RecordId IN ('%s')", me, strings.Join(ids, "','"))).Records
	}
	for _, c := range []struct {
		user        string
		modifyAll   bool
		sees        int
		otherLevel  string
		objectError string
		flag        any
	}{
		{"admin@example.jp", true, 4, "All", "", nil},
		{"object@example.jp", false, 4, "All", "", nil},
		{"editor@example.jp", false, 4, "Edit", "INVALID_TYPE", true},
		{"emp@example.jp", false, 1, "None", "INVALID_TYPE", false},
	} {
		t.Run(c.user, func(t *testing.T) {
			g := newOrg(t)
			k := g.client(c.user)
			if p := k.query("SELECT PermissionsModifyAllData, PermissionsViewAllData FROM UserPermissionAccess"); p.TotalSize != 1 || p.Records[0]["PermissionsModifyAllData"] != c.modifyAll {
				t.Errorf("UserPermissionAccess: %v", p.Records)
			}
			if n := k.query("SELECT COUNT() FROM " + employeeObject).TotalSize; n != c.sees {
				t.Errorf("sees %d employees, want %d", n, c.sees)
			}
			rows := access(k, c.user, employeeID(3), employeeID(4)[:15])
			if len(rows) != 2 || rows[0]["MaxAccessLevel"] != c.otherLevel || rows[1]["RecordId"] != employeeID(4) {
				t.Errorf("access to others: %v", rows)
			}
			me := k.query("SELECT Id FROM User WHERE Username = '" + c.user + "'").Records[0]["Id"].(string)
			q := "SELECT SobjectType, PermissionsModifyAllRecords FROM ObjectPermissions WHERE SobjectType IN ('" + stampObject + "') AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '" + me + "')"
			if c.objectError != "" {
				if got := k.queryError(q); got != c.objectError {
					t.Errorf("ObjectPermissions: %q", got)
				}
			} else if p := k.query(q); p.TotalSize != 1 || p.Records[0]["PermissionsModifyAllRecords"] != true {
				t.Errorf("ObjectPermissions: %v", p.Records)
			}
			own := k.query("SELECT teamspirit__IsAllEditor__c FROM " + employeeObject + " WHERE teamspirit__UserId__c = '" + me + "'")
			if c.flag == nil && own.TotalSize != 0 || c.flag != nil && own.Records[0]["teamspirit__IsAllEditor__c"] != c.flag {
				t.Errorf("own row: %v", own.Records)
			}
		})
	}
	g := newOrg(t)
	emp := g.client("emp@example.jp")
	g.set("employee_sees_all", "true")
	if n := emp.query("SELECT COUNT() FROM " + employeeObject).TotalSize; n != 4 {
		t.Errorf("employee_sees_all: %d", n)
	}
	if rows := access(emp, "emp@example.jp", employeeID(3)); rows[0]["MaxAccessLevel"] != "Read" {
		t.Errorf("employee_sees_all: %v", rows)
	}
	for value, want := range map[string]string{`"insufficient_access"`: "INSUFFICIENT_ACCESS", `"empty"`: ""} {
		g.set("setup_denied", value)
		if got := emp.queryError("SELECT Id FROM ObjectPermissions"); got != want {
			t.Errorf("setup_denied %s: %q", value, got)
		}
	}
	ids := make([]string, 201)
	for i := range ids {
		ids[i] = employeeID(i + 1)[:15]
	}
	me := emp.query("SELECT Id FROM User WHERE Username = 'emp@example.jp'").Records[0]["Id"].(string)
	for _, where := range []string{"", " WHERE UserId = '" + me + "'", " WHERE UserId = '" + me + "' AND RecordId IN ('" + strings.Join(ids, "','") + "')"} {
		if got := emp.queryError("SELECT RecordId FROM UserRecordAccess" + where); got != "MALFORMED_QUERY" {
			t.Errorf("UserRecordAccess%.40s: %q", where, got)
		}
	}
}

func TestQueryPages(t *testing.T) {
	g := newOrg(t, func(o *Options) {
		for n := 10; n < 4510; n++ {
			o.Employees = append(o.Employees, Employee{ID: employeeID(n), Code: fmt.Sprint("c", n)})
		}
	})
	c := g.client("admin@example.jp")
	seen := map[string]bool{}
	pages := 0
	for p := c.query("SELECT Id FROM " + employeeObject); ; p = c.page(p.Next) {
		pages++
		for _, r := range p.Records {
			seen[r["Id"].(string)] = true
		}
		if p.TotalSize != 4504 || p.Done == (p.Next != "") {
			t.Fatalf("page %d: size %d done %v next %q", pages, p.TotalSize, p.Done, p.Next)
		}
		if p.Done {
			break
		}
	}
	if pages != 3 || len(seen) != 4504 {
		t.Errorf("%d rows in %d pages", len(seen), pages)
	}
	q, _ := http.NewRequest("GET", g.url+"/services/data/v60.0/query?q="+url.QueryEscape("SELECT Id FROM "+employeeObject), nil)
	q.Header.Set("Authorization", "Bearer "+c.token)
	q.Header.Set("Sforce-Query-Options", "batchSize=50")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var p page
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil || len(p.Records) != 200 {
		t.Errorf("batchSize 50 gave %d rows, want the least, 200 (%v)", len(p.Records), err)
	}
	for _, locator := range []string{"01g000000000000AAA-2000", "x", strings.TrimPrefix(p.Next, "/services/data/v60.0/query/") + "9999"} {
		if r := c.do("GET", "query/"+locator, nil); r.status != 400 || r.code() != "INVALID_QUERY_LOCATOR" {
			t.Errorf("locator %s: %d %s", locator, r.status, r.body)
		}
	}
	if r := g.client("editor@example.jp").do("GET", p.Next, nil); r.code() != "INVALID_QUERY_LOCATOR" {
		t.Errorf("another user's locator: %s", r.body)
	}
	if r := c.do("GET", "query?q="+strings.Repeat("x", 17_000), nil); r.status != 414 {
		t.Errorf("long address: %d", r.status)
	}
}

func TestOneRecord(t *testing.T) {
	g := newOrg(t)
	c := g.client("admin@example.jp")
	body := stamp(employeeID(1), "1", "2026-11-20 08:55:07", "UniqueKey", "db1/ab cd", "TargetDate", "2026-11-20")
	r := c.do("POST", "sobjects/"+stampObject, body)
	var made result
	if err := json.Unmarshal(r.body, &made); err != nil || r.status != 201 || !made.Success || made.Errors == nil {
		t.Fatalf("create: %d %s", r.status, r.body)
	}
	r = c.do("GET", "sobjects/"+stampObject+"/"+made.ID+"?fields=Id,"+fStampedDate+","+fStatus+","+fTargetDate, nil)
	want := `{"attributes":{"type":"` + stampObject + `","url":"/services/data/v60.0/sobjects/` + stampObject + `/` + made.ID + `"},"Id":"` + made.ID + `","` + fStampedDate + `":"2026-11-19T23:55:07.000+0000","` + fStatus + `":"未処理","` + fTargetDate + `":"2026-11-20"}`
	if string(r.body) != want {
		t.Errorf("retrieve:\n got %s\nwant %s", r.body, want)
	}
	byKey := "sobjects/" + stampObject + "/" + fUniqueKey + "/" + url.PathEscape("db1/ab cd")
	if r := c.do("GET", byKey, nil); r.status != 200 || !strings.Contains(string(r.body), made.ID) {
		t.Errorf("by key: %d %s", r.status, r.body)
	}
	if r := c.do("PATCH", byKey, map[string]any{fInputDevice: "玄関"}); r.status != 200 || !strings.Contains(string(r.body), `"created":false`) {
		t.Errorf("upsert of an old one: %d %s", r.status, r.body)
	}
	other := stamp(employeeID(2), "1", "2026-11-20 08:56:00")
	if r := c.do("PATCH", strings.Replace(byKey, "ab", "xy", 1), other); r.status != 201 || !strings.Contains(string(r.body), `"created":true`) {
		t.Errorf("upsert of a new one: %d %s", r.status, r.body)
	}
	if r := c.do("POST", "sobjects/"+stampObject, body); r.status != 201 {
		t.Fatalf("a second row with a key that is not unique: %d %s", r.status, r.body)
	}
	if r := c.do("PATCH", byKey, map[string]any{fInputDevice: "x"}); r.status != 300 {
		t.Errorf("upsert of two: %d %s", r.status, r.body)
	}
	if r := c.do("PATCH", "sobjects/"+stampObject+"/"+made.ID, map[string]any{fInputDevice: "裏口"}); r.status != 204 || len(r.body) != 0 {
		t.Errorf("update: %d %s", r.status, r.body)
	}
	if p := c.query("SELECT " + fInputDevice + " FROM " + stampObject + " WHERE Id = '" + made.ID + "'"); p.Records[0][fInputDevice] != "裏口" {
		t.Errorf("after the update: %v", p.Records)
	}
	if r := c.do("DELETE", "sobjects/"+stampObject+"/"+made.ID, nil); r.status != 204 {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
	if r := c.do("GET", "sobjects/"+stampObject+"/"+made.ID, nil); r.status != 404 || r.code() != "ENTITY_IS_DELETED" {
		t.Errorf("after the delete: %d %s", r.status, r.body)
	}
	for _, x := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "sobjects/Foo__c/describe", 404, "NOT_FOUND"},
		{"GET", "sobjects/" + stampObject + "/" + employeeID(1), 404, "NOT_FOUND"},
		{"GET", "sobjects/" + stampObject + "/" + fInputDevice + "/x", 404, "NOT_FOUND"},
		{"PUT", "sobjects/" + stampObject, 405, "METHOD_NOT_ALLOWED"},
		{"POST", "query?q=x", 405, "METHOD_NOT_ALLOWED"},
		{"GET", "nothing", 404, "NOT_FOUND"},
	} {
		if r := c.do(x.method, x.path, nil); r.status != x.status || r.code() != x.code {
			t.Errorf("%s %s: %d %s", x.method, x.path, r.status, r.body)
		}
	}
	if r := c.do("POST", "sobjects/"+stampObject, `{"a":`); r.status != 400 || r.code() != "JSON_PARSER_ERROR" {
		t.Errorf("broken JSON: %d %s", r.status, r.body)
	}
}

func TestRowRefusals(t *testing.T) {
	at := "2026-11-20 08:55:00"
	for _, c := range []struct {
		name, user, swap, value string
		body                    map[string]any
		want                    string
	}{
		{name: "sound", body: stamp(employeeID(1), "1", at)},
		{name: "by code alone", body: stamp("", "1", at, "EmpId", "", "EmpCode", "0001")},
		{name: "unknown code is the batch's matter", body: stamp("", "1", at, "EmpId", "", "EmpCode", "9999")},
		{name: "nobody named", body: stamp("", "1", at, "EmpId", ""), want: "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
		{name: "no kind", body: stamp(employeeID(1), "1", at, "StampType", ""), want: "REQUIRED_FIELD_MISSING"},
		{name: "no instant", body: stamp(employeeID(1), "1", at, "StampedDate", ""), want: "REQUIRED_FIELD_MISSING"},
		{name: "kind off the list", body: stamp(employeeID(1), "3", at), want: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{name: "kind as a number", body: map[string]any{"attributes": map[string]string{"type": stampObject}, fEmpID: employeeID(1), fStampType: 1, fStampedDate: "2026-11-20T08:55:00+0900"}},
		{name: "kind as a number, refused", swap: "stamp_type_number", value: "false", body: map[string]any{"attributes": map[string]string{"type": stampObject}, fEmpID: employeeID(1), fStampType: 1, fStampedDate: "2026-11-20T08:55:00.000+09:00"}, want: "JSON_PARSER_ERROR"},
		{name: "no instant at all", body: stamp(employeeID(1), "1", at, "StampedDate", "yesterday"), want: "JSON_PARSER_ERROR"},
		{name: "bad date", body: stamp(employeeID(1), "1", at, "TargetDate", "2026-13-01"), want: "JSON_PARSER_ERROR"},
		{name: "bad id", body: stamp("x", "1", at), want: "MALFORMED_ID"},
		{name: "unknown id", body: stamp(employeeID(99), "1", at), want: "INVALID_CROSS_REFERENCE_KEY"},
		{name: "id of another object", body: stamp(id18("0019000000ABCDE"), "1", at), want: "MALFORMED_ID"},
		{name: "too long", body: stamp(employeeID(1), "1", at, "InputDevice", strings.Repeat("長", 256)), want: "STRING_TOO_LONG"},
		{name: "just short enough", body: stamp(employeeID(1), "1", at, "InputDevice", strings.Repeat("長", 255))},
		{name: "unknown field", body: stamp(employeeID(1), "1", at, "Foo", "x"), want: "INVALID_FIELD"},
		{name: "hidden field", swap: "field_missing", value: `[{"object":"` + stampObject + `","field":"` + fAccessInfo + `"}]`, body: stamp(employeeID(1), "1", at, "AccessInfo", "x"), want: "INVALID_FIELD"},
		{name: "read-only field", swap: "target_date_createable", value: "false", body: stamp(employeeID(1), "1", at, "TargetDate", "2026-11-20"), want: "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{name: "system field", body: func() map[string]any {
			m := stamp(employeeID(1), "1", at)
			m["CreatedDate"] = "2026-11-20T00:00:00Z"
			return m
		}(), want: "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{name: "no type", body: map[string]any{fEmpID: employeeID(1)}, want: "INVALID_TYPE"},
		{name: "storage full", swap: "storage_full", value: "true", body: stamp(employeeID(1), "1", at), want: "STORAGE_LIMIT_EXCEEDED"},
		{name: "object not createable", swap: "object_not_createable", value: `[{"object":"` + stampObject + `"}]`, body: stamp(employeeID(1), "1", at), want: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"},
		{name: "closed month, refused at once", swap: "month_locked", value: `["2026-11"]`, body: stamp(employeeID(1), "1", at)},
		{name: "employee for herself", user: "emp@example.jp", body: stamp(employeeID(1), "1", at)},
		{name: "employee for another", user: "emp@example.jp", body: stamp(employeeID(2), "1", at), want: "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"},
		{name: "employee for another by code", user: "emp@example.jp", body: stamp("", "1", at, "EmpId", "", "EmpCode", "0002"), want: "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"},
		{name: "employee for another, seen", user: "emp@example.jp", swap: "employee_sees_all", value: "true", body: stamp(employeeID(2), "1", at), want: "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"},
		{name: "employee for another, left to the batch", user: "emp@example.jp", swap: "employee_stamps", value: `"batch_error"`, body: stamp(employeeID(2), "1", at)},
		{name: "editor for another", user: "editor@example.jp", body: stamp(employeeID(1), "1", at)},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newOrg(t)
			if c.user == "" {
				c.user = "admin@example.jp"
			}
			k := g.client(c.user)
			if c.swap != "" {
				g.set(c.swap, c.value)
			}
			got := k.many("POST", "composite/sobjects", false, c.body)
			if got[0].code() != c.want || got[0].Success != (c.want == "") {
				t.Errorf("got %+v, want %q", got, c.want)
			}
			if n := len(g.s.StampRows()); n != 1 && c.want == "" || n != 0 && c.want != "" {
				t.Errorf("%d rows after %+v", n, got)
			}
		})
	}
}

func TestCollections(t *testing.T) {
	g := newOrg(t)
	c := g.client("admin@example.jp")
	at := "2026-11-20 08:00:00"
	good := func(n int) map[string]any { return stamp(employeeID(n), "1", at, "UniqueKey", fmt.Sprint("k", n)) }
	bad := stamp(employeeID(1), "9", at)
	t.Run("partial success in order", func(t *testing.T) {
		got := c.many("POST", "composite/sobjects", false, good(1), bad, good(2))
		if !got[0].Success || got[1].Success || !got[2].Success || got[0].ID >= got[2].ID || len(g.s.StampRows()) != 2 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("all or none", func(t *testing.T) {
		got := c.many("POST", "composite/sobjects", true, good(3), bad, good(4))
		if got[0].code() != "ALL_OR_NONE_OPERATION_ROLLED_BACK" || got[1].code() != "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" || got[0].ID != "" || len(g.s.StampRows()) != 2 {
			t.Errorf("got %+v, %d rows", got, len(g.s.StampRows()))
		}
		if n := c.query("SELECT COUNT() FROM " + stampObject + " WHERE " + fUniqueKey + " IN ('k3', 'k4')").TotalSize; n != 0 {
			t.Errorf("%d rows are still found by key", n)
		}
	})
	t.Run("more than 200", func(t *testing.T) {
		many := make([]map[string]any, 201)
		for i := range many {
			many[i] = good(1)
		}
		if r := c.do("POST", "composite/sobjects", map[string]any{"records": many}); r.status != 400 || r.code() != "EXCEEDED_ID_LIMIT" {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
	t.Run("upsert", func(t *testing.T) {
		path := "composite/sobjects/" + stampObject + "/" + fUniqueKey
		got := c.many("PATCH", path, false, stamp(employeeID(1), "1", at, "UniqueKey", "K1", "InputDevice", "neu"), good(3), stamp(employeeID(1), "1", at))
		if !*got[1].Created || *got[0].Created || got[2].code() != "MISSING_ARGUMENT" {
			t.Errorf("got %+v", got)
		}
		if got := c.many("PATCH", path, false, good(4), good(4)); got[0].code() != "DUPLICATE_VALUE" || got[1].code() != "DUPLICATE_VALUE" {
			t.Errorf("twice in one call: %+v", got)
		}
		c.many("POST", "composite/sobjects", false, good(1))
		if got := c.many("PATCH", path, false, good(1)); got[0].code() != "DUPLICATE_EXTERNAL_ID" {
			t.Errorf("two rows match: %+v", got)
		}
		if r := c.do("PATCH", "composite/sobjects/"+stampObject+"/"+fInputDevice, map[string]any{"records": []any{good(1)}}); r.status != 404 {
			t.Errorf("by a field that is no external id: %d %s", r.status, r.body)
		}
		g.set("unique_key", `"plain"`)
		if r := c.do("PATCH", path, map[string]any{"records": []any{good(1)}}); r.status != 404 {
			t.Errorf("by a plain key: %d %s", r.status, r.body)
		}
	})
	t.Run("unique", func(t *testing.T) {
		g.set("unique_key", `"unique"`)
		first := g.s.StampRows()[1]
		got := c.many("POST", "composite/sobjects", false, good(2), good(7), good(8), good(8))
		if got[0].code() != "DUPLICATE_VALUE" || !strings.Contains(got[0].Errors[0].Message, first.ID[:15]) {
			t.Errorf("an old key: %+v", got[0])
		}
		if got[1].code() != "INVALID_CROSS_REFERENCE_KEY" || got[3].code() == "" {
			t.Errorf("got %+v", got)
		}
		g.s.DeleteRow(first.ID)
		if got := c.many("POST", "composite/sobjects", false, good(2)); !got[0].Success {
			t.Errorf("the key of a deleted row: %+v", got)
		}
	})
	t.Run("retrieve, update, delete", func(t *testing.T) {
		rows := g.s.StampRows()
		live := slices.DeleteFunc(slices.Clone(rows), func(r StampRow) bool { return r.Deleted })
		dead := rows[slices.IndexFunc(rows, func(r StampRow) bool { return r.Deleted })]
		r := c.do("POST", "composite/sobjects/"+stampObject, map[string]any{"ids": []string{live[1].ID, dead.ID, live[0].ID[:15]}, "fields": []string{"Id", fUniqueKey}})
		var got []map[string]any
		if err := json.Unmarshal(r.body, &got); err != nil || len(got) != 3 || got[0]["Id"] != live[1].ID || got[1] != nil || got[2]["Id"] != live[0].ID {
			t.Errorf("retrieve: %s", r.body)
		}
		r = c.do("GET", "composite/sobjects/"+stampObject+"?ids="+live[0].ID+"&fields=Id,Foo", nil)
		if r.status != 400 || r.code() != "INVALID_FIELD" {
			t.Errorf("retrieve of an unknown field: %d %s", r.status, r.body)
		}
		up := func(id string) map[string]any {
			return map[string]any{"attributes": map[string]string{"type": stampObject}, "id": id, fInputDevice: "new"}
		}
		res := c.many("PATCH", "composite/sobjects", false, up(live[0].ID), up(dead.ID), up("x"), up(""))
		if !res[0].Success || res[1].code() != "ENTITY_IS_DELETED" || res[2].code() != "MALFORMED_ID" || res[3].code() != "MISSING_ARGUMENT" {
			t.Errorf("update: %+v", res)
		}
		r = c.do("DELETE", "composite/sobjects?allOrNone=true&ids="+live[0].ID+","+dead.ID, nil)
		if r.status != 200 || !strings.Contains(string(r.body), "ALL_OR_NONE_OPERATION_ROLLED_BACK") || g.s.StampRows()[0].Deleted {
			t.Errorf("delete of all or none: %d %s", r.status, r.body)
		}
		r = c.do("DELETE", "composite/sobjects?ids="+live[0].ID+","+dead.ID, nil)
		if !strings.Contains(string(r.body), `"success":true`) || c.query("SELECT COUNT() FROM "+stampObject+" WHERE Id = '"+live[0].ID+"'").TotalSize != 0 {
			t.Errorf("delete: %d %s", r.status, r.body)
		}
	})
}

func TestUnknownFieldMayFailTheWholeRequest(t *testing.T) {
	g := newOrg(t)
	c := g.client("admin@example.jp")
	g.set("unknown_field", `"request"`)
	r := c.do("POST", "composite/sobjects", map[string]any{"records": []any{stamp(employeeID(1), "1", "2026-11-20 08:00:00"), stamp(employeeID(1), "1", "2026-11-20 08:00:00", "Foo", "x")}})
	if r.status != 400 || r.code() != "INVALID_FIELD" || len(g.s.StampRows()) != 0 {
		t.Errorf("%d %s", r.status, r.body)
	}
}
