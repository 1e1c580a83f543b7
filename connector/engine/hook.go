package engine

import "context"

// Points at which a test may stop the engine, as a crash would. They are named after the write path.
const (
	HookIngestBeforeCommit = "ingest.before_commit"
	HookIngestAfterCommit  = "ingest.after_commit"
	HookDecideDay          = "decide.day"     // before each person's day, in the transaction
	HookDecidedDay         = "decide.day_end" // after it, in the transaction
	HookOutboxBeforeSend   = "outbox.before_send"
	HookOutboxAfterSend    = "outbox.after_send"
	HookOutboxAfterCommit  = "outbox.after_commit"
	HookBulkBeforeCreate   = "bulk.before_create"
	HookBulkAfterCreate    = "bulk.after_create"
	HookBulkBeforeUpload   = "bulk.before_upload"
	HookBulkAfterUpload    = "bulk.after_upload"
	HookBulkBeforeClose    = "bulk.before_close"
	HookBulkAfterClose     = "bulk.after_close"
	HookBulkAfterCommit    = "bulk.after_commit"
	HookBulkBeforeRecord   = "bulk.before_record" // the results are there and not written down
	HookBulkRecorded       = "bulk.recorded"      // after each part of the results
	HookCodeBeforeSend     = "code.before_send"
	HookCodeAfterSend      = "code.after_send"
)

func (e *Engine) hook(ctx context.Context, point string) error {
	if e.p.Hook == nil {
		return nil
	}
	return e.p.Hook(ctx, point)
}
