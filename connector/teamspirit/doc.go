// Package teamspirit reads and writes TeamSpirit's objects on Salesforce: employees, day rows of the time sheet, stamps, and what the signed-in user may
// do with them.
//
// All names of objects and fields are in names.go. It knows nothing of Akerun, of the rules that decide a stamp, or of the database. What public
// material does not say about TeamSpirit is asked of the org by describe, never assumed.
package teamspirit
