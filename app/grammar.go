package main

import (
	"github.com/alecthomas/kong"

	"dakokubridge/app/profile"
	"dakokubridge/connector/settings"
)

// grammar is the command line. Each command is a type of its own with a Run method beside it.
type grammar struct {
	Profile *string          `help:"Use another data folder, with its own keychain entries." placeholder:"DIR"`
	Verbose bool             `help:"Log every call and print the log; for a process that owns the profile."`
	Version kong.VersionFlag `help:"Print the version."`

	App       desktopCommand   `cmd:"" default:"1" help:"Open the desktop app (also without any command)."`
	Demo      demoCommand      `cmd:"" help:"Play a demo with simulated servers; nothing real is touched."`
	Simulator simulatorCommand `cmd:"" help:"Run the two simulated servers alone."`

	Signin        signInCommand        `cmd:"" help:"Sign in to one side."`
	Organizations organizationsCommand `cmd:"" help:"List the 事業所 of the Akerun account, or choose one."`
	Check         checkCommand         `cmd:"" help:"Check rights, batch and people; exit 1 if the integration can't begin."`
	People        peopleCommand        `cmd:"" help:"List people with verdicts, and everything about their ユーザーコード."`
	Preview       previewCommand       `cmd:"" help:"Play the last days through the rules; nothing is sent (お試し判定)."`
	Begin         beginCommand         `cmd:"" help:"Start the integration (連携開始)."`
	Run           runCommand           `cmd:"" help:"Run without a window, until SIGINT or SIGTERM."`
	Service       serviceCommand       `cmd:"" help:"Run without a window as a service of the system, also while nobody is signed in."`
	Sync          syncCommand          `cmd:"" help:"Read, decide, send and confirm once, now (今すぐ同期)."`
	Pause         pauseCommand         `cmd:"" help:"Stop sending; reading goes on (一時停止)."`
	Resume        resumeCommand        `cmd:"" help:"End the pause (再開)."`
	Unlink        unlinkCommand        `cmd:"" help:"End the integration and revoke both sign-ins (連携解除)."`
	Status        statusCommand        `cmd:"" help:"Show state, last reading, queue and open items."`
	Days          daysCommand          `cmd:"" help:"Show what was seen, decided, sent and confirmed, and why."`
	Items         itemsCommand         `cmd:"" help:"The three lists of what needs looking at."`
	Story         storyCommand         `cmd:"" help:"Tell what happened to somebody today and yesterday, by part of a code or name."`
	Month         monthCommand         `cmd:"" help:"Check a month before it is closed, person by person (締めチェック)."`
	Resend        resendCommand        `cmd:"" help:"Show what could be sent again, or send it (再送)."`
	Notify        notifyCommand        `cmd:"" help:"Who is told by mail, Teams or Slack: list, test, and their secrets."`
	Doors         doorsCommand         `cmd:"" help:"List the doors, or make doors count for nothing."`
	Settings      settingsCommand      `cmd:"" help:"Show the settings in force, or change one."`
	Diagnostics   diagnosticsCommand   `cmd:"" help:"Write a zip file for those who help with a trouble; no secrets, no names."`
	Verify        verifyCommand        `cmd:"" help:"Check the audit chain and the database; exit 1 if anything is wrong."`
}

// startsAtSignIn tells whether the settings ask for a start with the session. It makes no data folder: the entry of an installed package
// is there for every user of a PC.
func (g *grammar) startsAtSignIn() (bool, error) {
	dir := ""
	if g.Profile != nil {
		dir = *g.Profile
	}
	path, err := profile.SettingsIn(dir)
	if err != nil {
		return false, err
	}
	s, _, err := settings.Load(path)
	return s.StartAtSignIn, err
}

// open opens the data folder that was asked for. An empty --profile is an unset variable in somebody's script, and must not
// end in the usual folder.
func (g *grammar) open() (*profile.Profile, error) {
	if g.Profile == nil {
		return profile.Open("")
	}
	if *g.Profile == "" {
		return nil, usage("--profile is empty: name a folder, or leave it out for the usual one")
	}
	return profile.Open(*g.Profile)
}
