// Package salesforce talks to one Salesforce org as an installed desktop application: sign-in, tokens, describe, queries, collections, Bulk API 2.0 and limits.
//
// It knows Salesforce's REST API and its errors, and nothing of TeamSpirit's objects, of stamps or of the database. Every call goes through one
// place that adds the access token, renews it once when it is refused, bounds the answer, and turns every failure into an [Error] that says whether
// to do it again, to ask a person, or to stop.
package salesforce
