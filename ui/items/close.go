package items

import (
	"dakokubridge/connector"
	"dakokubridge/ui/shell"
)

// Close asks for a memo and marks items as seen to, for a screen that shows them in its own way. changed is called when it was done.
func Close(f *shell.Frame, items []connector.Item, changed func()) { closeItems(f, items, changed) }
