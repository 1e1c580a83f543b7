package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strings"
	"time"

	"github.com/kardianos/service"

	"dakokubridge/app/output"
	"dakokubridge/connector/vault"
)

type serviceCommand struct {
	Action        string `arg:"" enum:"install,uninstall,start,stop" help:"install, uninstall, start or stop."`
	System        bool   `help:"Linux: a service of the PC (as root, with --user), not of your own session."`
	User          string `help:"The account that the service runs as: whose data folder and keychain it uses." placeholder:"NAME"`
	PasswordStdin bool   `name:"password-stdin" help:"Windows: read the account's password as the first line of standard input; Windows keeps it, this program does not."`
}

// Run makes dakokubridge run a service of the system, for a PC that nobody signs in to, and takes it away again.
func (cmd *serviceCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if err := cmd.check(runtime.GOOS); err != nil {
		return err
	}
	if runtime.GOOS == "linux" && service.ChosenSystem().String() != "linux-systemd" {
		return usage("there is no systemd here: run dakokubridge run from what starts services on this PC")
	}
	password := ""
	if cmd.Action == "install" && cmd.PasswordStdin {
		var err error
		if password, err = readLine(ctx, c.in); err != nil || password == "" {
			return usage("no password came on standard input: its first line has to be that of %s", cmd.User)
		}
	}
	dir, err := cmd.dir(g)
	if err != nil {
		return err
	}
	config, err := cmd.config(runtime.GOOS, dir, password)
	if err != nil {
		return err
	}
	s, err := service.New(&served{}, config)
	if err != nil {
		return fmt.Errorf("asking for the services of this PC: %w", err)
	}
	if err := service.Control(s, cmd.Action); err != nil {
		return fmt.Errorf("%s of the service: %w", cmd.Action, withoutSecret(err, password))
	}
	fmt.Fprintf(c.out, "%s: done\n", cmd.Action)
	if cmd.Action == "install" {
		return cmd.explain(ctx, c, g)
	}
	return nil
}

// withoutSecret keeps a password out of an error that repeats what was asked for.
func withoutSecret(err error, password string) error {
	if password == "" || !strings.Contains(err.Error(), password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), password, "…"))
}

// check tells what is missing or too much on a system.
func (cmd *serviceCommand) check(goos string) error {
	switch {
	case goos != "linux" && goos != "windows":
		return usage("services are for Windows and Linux: on this system, switch on the start at sign-in in the settings")
	case goos == "windows" && cmd.System:
		return usage("--system is for Linux: every service of Windows is one of the PC")
	case goos == "linux" && cmd.PasswordStdin:
		return usage("--password-stdin is for Windows: systemd asks for none")
	case cmd.Action != "install":
		return nil
	case goos == "windows" && (cmd.User == "" || !cmd.PasswordStdin):
		return usage(`give --user .\NAME and --password-stdin: the system's own account can't reach the keychain of the person who signed in to Akerun and Salesforce`)
	case goos == "linux" && cmd.System && cmd.User == "":
		return usage("give --user NAME with --system: root can't reach the keychain of the person who signed in to Akerun and Salesforce")
	case goos == "linux" && !cmd.System && cmd.User != "":
		return usage("--user goes with --system: without it the service is your own")
	}
	return nil
}

// dir is the data folder to run with, absolute, because the service starts in another folder; "" is the usual one of the account that it
// runs as.
func (cmd *serviceCommand) dir(g *grammar) (string, error) {
	if cmd.Action != "install" || g.Profile == nil && cmd.User != "" {
		return "", nil
	}
	p, err := g.open()
	if err != nil {
		return "", err
	}
	return p.Dir(), nil
}

// config describes the service to the system.
func (cmd *serviceCommand) config(goos, dir, password string) (*service.Config, error) {
	c := &service.Config{
		Name: "dakokubridge", DisplayName: "打刻ブリッジ", Description: "Carries door accesses of Akerun over to stamps in TeamSpirit",
		Arguments: []string{"run", "--as-service"},
		UserName:  cmd.User,
	}
	if dir != "" {
		c.Arguments = append([]string{"--profile", dir}, c.Arguments...)
	}
	if goos == "windows" {
		c.Option = service.KeyValue{"Password": password, "StartType": "automatic", "DelayedAutoStart": true,
			"OnFailure": "restart", "OnFailureDelayDuration": "2m", "OnFailureResetPeriod": 3600}
		return c, nil
	}
	c.Option = service.KeyValue{"UserService": !cmd.System, "Restart": "on-failure", "SystemdScript": systemdUnit(cmd.System)}
	if cmd.System && cmd.Action == "install" {
		account, err := user.Lookup(cmd.User)
		if err != nil {
			return nil, usage("there is no account %s on this PC", cmd.User)
		}
		c.EnvVars = busOf(account.Uid)
	}
	return c, nil
}

// busOf leads a service of the PC to the keychain of an account: the Secret Service answers on the session bus of its user, which stays
// there without a session where lingering is switched on.
func busOf(uid string) map[string]string {
	return map[string]string{"XDG_RUNTIME_DIR": "/run/user/" + uid, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/" + uid + "/bus"}
}

// systemdUnit is the unit in the library's template language. The library's own wants multi-user.target, which the units of a user
// do not know.
func systemdUnit(system bool) string {
	target, after := "default.target", ""
	if system {
		target, after = "multi-user.target", "Wants=network-online.target\nAfter=network-online.target\n"
	}
	return `[Unit]
Description={{Description}}
` + after + `
[Service]
ExecStart={{Path | cmdEscape}}{{range Arguments}} {{. | cmd}}{{end}}
{{if UserName}}User={{UserName}}
{{end}}{{range EnvVars}}{{.}}
{{end}}Restart={{Restart}}
RestartSec=120
TimeoutStopSec=30

[Install]
WantedBy=` + target + "\n"
}

// explain says which keychain the service can reach, and what has to be done about it.
func (cmd *serviceCommand) explain(ctx context.Context, c *console, g *grammar) error {
	for _, line := range cmd.keychain(runtime.GOOS) {
		fmt.Fprintln(c.out, line)
	}
	if cmd.User != "" {
		return nil
	}
	p, err := g.open()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err = vault.Keychain(p.KeychainService()).Get(ctx, vault.SealingKey)
	switch {
	case err == nil, errors.Is(err, vault.ErrNotFound):
		fmt.Fprintln(c.out, "The keychain answers now. / いまはキーチェーンを使えます。")
	default:
		fmt.Fprintf(c.out, "The keychain does not answer now: %s\n", output.Plain(oneLine(err)))
	}
	return nil
}

// keychain is what a service reaches on a system, line by line.
func (cmd *serviceCommand) keychain(goos string) []string {
	if goos == "windows" {
		return []string{
			"It uses the credential manager of " + cmd.User + ". Sign in to Akerun and Salesforce as that account, in the window, once before the service starts.",
			cmd.User + " の資格情報マネージャーを使います。サービスを始める前に、そのアカウントで画面を開き、AkerunとSalesforceにログインしてください。",
			"Start it with: dakokubridge service start",
		}
	}
	who := cmd.User
	if who == "" {
		if account, err := user.Current(); err == nil {
			who = account.Username
		}
	}
	lines := []string{
		"It uses the Secret Service (gnome-keyring, KWallet) of " + who + ", which has to be unlocked. After a restart of the PC that takes one sign-in of " + who + ",",
		"or a login keyring without a password (then the disk should be encrypted). Until then 停止中 shows KEYCHAIN and nothing is lost.",
		who + " のキーリング（Secret Service）を使います。PCの再起動後は一度サインインして開けるか、パスワードなしのキーリングにしてください（その場合はディスクの暗号化を）。開くまでは停止中にKEYCHAINと出て、何も失われません。",
	}
	lines = append(lines, "So that it runs while "+who+" is not signed in: loginctl enable-linger "+who)
	start := "dakokubridge service start"
	if cmd.System {
		start += " --system"
	}
	return append(lines, "Start it with: "+start)
}

// served is dakokubridge run under the manager of services.
type served struct {
	work  func(ctx context.Context) error
	stop  context.CancelFunc
	ended chan error
}

// Start implements service.Interface: it returns while the work goes on.
func (s *served) Start(manager service.Service) error {
	var ctx context.Context
	ctx, s.stop = context.WithCancel(context.Background())
	s.ended = make(chan error, 1)
	go func() {
		err := s.work(ctx)
		s.ended <- err
		if err != nil && ctx.Err() == nil {
			// Only the end of the process tells the manager that something failed, so that it starts the service again.
			os.Exit(exitFailed)
		}
	}()
	return nil
}

// Stop implements service.Interface.
func (s *served) Stop(service.Service) error {
	s.stop()
	return <-s.ended
}

// runServed carries out work under the manager of services of Windows, which wants to be answered; other managers send signals.
func runServed(work func(ctx context.Context) error) error {
	s, err := service.New(&served{work: work}, &service.Config{Name: "dakokubridge"})
	if err != nil {
		return fmt.Errorf("speaking to the manager of services: %w", err)
	}
	return s.Run()
}
