package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"dakokubridge/ui/dashboard"
	"dakokubridge/ui/days"
	"dakokubridge/ui/history"
	"dakokubridge/ui/month"
	"dakokubridge/ui/people"
	"dakokubridge/ui/preferences"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/wizard"
)

// screen is an entry of the navigation.
type screen struct {
	place shell.Place
	icon  fyne.Resource
	show  shell.Screen
}

// screens are the places in the order of the navigation.
func screens() []screen {
	return []screen{
		{shell.Setup, theme.LoginIcon(), wizard.New},
		{shell.Dashboard, theme.HomeIcon(), dashboard.New},
		{shell.People, theme.AccountIcon(), people.New},
		{shell.Days, theme.CalendarIcon(), days.New},
		{shell.Month, theme.GridIcon(), month.New},
		{shell.History, theme.HistoryIcon(), history.New},
		{shell.Settings, theme.SettingsIcon(), preferences.New},
	}
}
