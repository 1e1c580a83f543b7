package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Listening is the two servers on two addresses of this machine. Close it.
type Listening struct {
	AkerunURL, SalesforceURL string // without a trailing slash

	servers []*http.Server
	running sync.WaitGroup
}

// Listen serves both on TCP addresses such as 127.0.0.1:0; nothing is served when either cannot be had.
func (s *Simulator) Listen(ctx context.Context, akerunAddress, salesforceAddress string) (*Listening, error) {
	var network net.ListenConfig
	akerun, err := network.Listen(ctx, "tcp", akerunAddress)
	if err != nil {
		return nil, fmt.Errorf("opening the simulated Akerun's address: %w", err)
	}
	salesforce, err := network.Listen(ctx, "tcp", salesforceAddress)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the simulated Salesforce's address: %w", err), akerun.Close())
	}
	l := &Listening{AkerunURL: "http://" + akerun.Addr().String(), SalesforceURL: "http://" + salesforce.Addr().String()}
	l.serve(akerun, s.Akerun())
	l.serve(salesforce, s.Salesforce())
	return l, nil
}

func (l *Listening) serve(on net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	l.servers = append(l.servers, server)
	l.running.Go(func() {
		_ = server.Serve(on) // it ends with ErrServerClosed at Close
	})
}

// Close stops both servers, cutting whatever is under way, and returns when nothing of them runs any more.
func (l *Listening) Close() error {
	var all []error
	for _, server := range l.servers {
		if err := server.Close(); err != nil {
			all = append(all, fmt.Errorf("closing a simulated server: %w", err))
		}
	}
	l.running.Wait()
	return errors.Join(all...)
}
