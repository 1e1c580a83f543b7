package salesforceserver

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"dakokubridge/connector/simulator/soql"
)

// brief is what the global describe and the head of an object's describe tell.
func (v *view) brief(t *table, root string) map[string]any {
	path := root + "/sobjects/" + t.name
	writable := t.teamspirit && t.name != commonObject
	return map[string]any{"name": t.name, "label": t.label, "labelPlural": t.label, "keyPrefix": t.prefix, "custom": strings.HasSuffix(t.name, "__c"), "customSetting": false,
		"createable": v.creates(t), "updateable": writable && v.u.edits(t.name), "deletable": writable && v.u.modifyAll(), "queryable": true, "retrieveable": true,
		"searchable": false, "layoutable": t.teamspirit, "mergeable": false, "replicateable": true, "triggerable": t.teamspirit, "undeletable": writable, "activateable": false,
		"deprecatedAndHidden": false, "feedEnabled": false, "hasSubtypes": false, "isSubtype": false, "mruEnabled": false,
		"urls": map[string]string{"sobject": path, "describe": path + "/describe", "rowTemplate": path + "/{ID}"}}
}

// global lists the objects that the user sees.
func (c *call) global() answer {
	v := c.view()
	var list []map[string]any
	for _, t := range c.s.tables {
		if v.visible(t) {
			list = append(list, v.brief(t, c.root()))
		}
	}
	slices.SortFunc(list, func(a, b map[string]any) int { return cmp.Compare(a["name"].(string), b["name"].(string)) })
	return jsonAnswer(http.StatusOK, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list})
}

func (c *call) describe(t *table) answer {
	v := c.view()
	out := v.brief(t, c.root())
	fields := []map[string]any{}
	for _, f := range t.fields {
		if !v.fieldMissing(t, f.Name) {
			fields = append(fields, v.describeField(t, f))
		}
	}
	out["fields"] = fields
	out["childRelationships"] = []any{}
	out["recordTypeInfos"] = []any{}
	out["supportedScopes"] = []any{}
	return jsonAnswer(http.StatusOK, out)
}

func (v *view) describeField(t *table, f field) map[string]any {
	access := v.fieldAccess(t, f)
	externalID, unique := v.s.key(f)
	picklist := []map[string]any{}
	for _, c := range f.values {
		picklist = append(picklist, map[string]any{"active": true, "defaultValue": f.fixed == c.value, "label": c.label, "validFor": nil, "value": c.value})
	}
	references := []string{}
	var way any
	if f.RefersTo != "" {
		references, way = append(references, f.RefersTo), f.Relationship
	}
	return map[string]any{"name": f.Name, "label": f.label, "type": string(f.Type), "soapType": soapTypes[f.Type], "length": f.length, "byteLength": f.length * 3,
		"precision": f.precision, "scale": 0, "digits": 0, "createable": access.createable, "updateable": access.updateable, "nillable": !f.required && !f.defaulted && f.Name != "Id",
		"defaultedOnCreate": f.defaulted, "externalId": externalID, "idLookup": f.idLookup || externalID, "unique": unique, "caseSensitive": false,
		"picklistValues": picklist, "restrictedPicklist": f.values != nil, "referenceTo": references, "relationshipName": way, "custom": strings.HasSuffix(f.Name, "__c"),
		"calculated": false, "autoNumber": f.Name == "Name" && f.readOnly, "filterable": f.Type != soql.TextArea, "sortable": f.Type != soql.TextArea, "groupable": f.Type != soql.TextArea && f.Type != soql.Double && f.Type != soql.Datetime,
		"aggregatable": true, "nameField": f.Name == "Name", "namePointing": false, "dependentPicklist": false, "deprecatedAndHidden": false, "permissionable": !f.readOnly && !f.required,
		"defaultValue": f.fixed, "inlineHelpText": nil, "polymorphicForeignKey": false, "htmlFormatted": false, "encrypted": false}
}

var soapTypes = map[soql.Type]string{soql.ID: "tns:ID", soql.Reference: "tns:ID", soql.Text: "xsd:string", soql.TextArea: "xsd:string", soql.Email: "xsd:string",
	soql.Picklist: "xsd:string", soql.Double: "xsd:double", soql.Int: "xsd:int", soql.Boolean: "xsd:boolean", soql.DateOnly: "xsd:date", soql.Datetime: "xsd:dateTime"}
