-- name: Integration :one
SELECT * FROM integration WHERE id = 1;

-- name: SetPhase :exec
UPDATE integration SET phase = sqlc.arg(phase) WHERE id = 1;

-- name: SetPaused :exec
UPDATE integration SET paused = sqlc.arg(paused) WHERE id = 1;

-- name: SetAkerunClient :exec
UPDATE integration SET akerun_client = sqlc.arg(client) WHERE id = 1;

-- name: SetAkerunOrg :exec
UPDATE integration SET akerun_org = sqlc.arg(org), akerun_org_name = sqlc.arg(name) WHERE id = 1;

-- name: SetSalesforceOrg :exec
UPDATE integration SET salesforce_org = sqlc.arg(org) WHERE id = 1;

-- name: SetConfirmations :exec
UPDATE integration SET rights_confirmed = sqlc.arg(rights), super_confirmed = sqlc.arg(super) WHERE id = 1;

-- name: BeginIntegration :exec
UPDATE integration SET phase = 'waiting', paused = 0, start = sqlc.arg(start),
  first_start = CASE WHEN first_start = 0 THEN sqlc.arg(start) ELSE first_start END,
  begun_at = sqlc.arg(begun_at), backfill_from = sqlc.arg(backfill_from), begins = begins + 1, unlinked_at = 0
WHERE id = 1;

-- name: EndIntegration :exec
UPDATE integration SET phase = 'unlinked', paused = 0, unlinked_at = sqlc.arg(at), rights_confirmed = 0, super_confirmed = 0 WHERE id = 1;

-- name: Side :one
SELECT * FROM side WHERE name = sqlc.arg(name);

-- name: SideSignedIn :exec
UPDATE side SET user_id = sqlc.arg(user_id), name_sealed = sqlc.arg(name_sealed), authority = sqlc.arg(authority),
  signed_in_at = sqlc.arg(at), relink_cause = '', relink_since = 0, not_before = 0, failing_since = 0, failing_cause = '', failures = 0
WHERE name = sqlc.arg(name);

-- name: SideSignedOut :exec
UPDATE side SET signed_in_at = 0, relink_cause = '', relink_since = 0, failing_since = 0, failing_cause = '', failures = 0, not_before = 0
WHERE name = sqlc.arg(name);

-- name: SetRelink :exec
UPDATE side SET relink_cause = sqlc.arg(cause), relink_since = sqlc.arg(since) WHERE name = sqlc.arg(name);

-- name: SideFailed :exec
UPDATE side SET failing_since = CASE WHEN failing_since = 0 OR failing_since > sqlc.arg(at) THEN sqlc.arg(at) ELSE failing_since END,
  failing_cause = sqlc.arg(cause), failures = failures + 1, not_before = sqlc.arg(not_before)
WHERE name = sqlc.arg(name);

-- name: SideWell :exec
UPDATE side SET failing_since = 0, failing_cause = '', failures = 0, not_before = 0 WHERE name = sqlc.arg(name) AND (failing_since > 0 OR not_before > 0);

-- name: SetRights :exec
UPDATE side SET rights = sqlc.arg(rights), checked_at = sqlc.arg(at) WHERE name = sqlc.arg(name);

-- name: Reading :one
SELECT * FROM reading WHERE name = sqlc.arg(name);

-- name: SaveReading :exec
UPDATE reading SET org = sqlc.arg(org), from_at = sqlc.arg(from_at), after_id = sqlc.arg(after_id), begun_at = sqlc.arg(begun_at), done_at = sqlc.arg(done_at)
WHERE name = sqlc.arg(name);

-- name: SetStepsBack :exec
UPDATE reading SET steps_back = 1 WHERE name = 'new' AND steps_back = 0;

-- name: WantPeople :exec
UPDATE reading SET begun_at = sqlc.arg(at) WHERE name = 'people' AND begun_at <= done_at;
