package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
)

// How long a stop waits for requests and for deliveries before it interrupts them.
const (
	stopRequests   = 10 * time.Second
	stopDeliveries = 5 * time.Second
)

// Run starts the message engine and serves until ctx ends; then it stops in order and closes the App. It returns nil after
// an orderly stop.
func (a *App) Run(ctx context.Context) error {
	failed := make(chan error, 1)
	err := a.waker.Start(context.WithoutCancel(ctx), a.courier)
	if err == nil {
		go func() {
			if a.cfg.TLSCert != "" {
				failed <- a.server.ServeTLS(a.listener, a.cfg.TLSCert, a.cfg.TLSKey)
				return
			}
			failed <- a.server.Serve(a.listener)
		}()
		a.running.Store(true)
		a.cfg.Log.InfoContext(ctx, "ready", "addr", a.Addr(), "url", a.cfg.URL, "key", a.Key.ID)
		if a.cfg.Ready != nil {
			a.cfg.Ready()
		}
		err = a.wait(ctx, failed)
		a.running.Store(false)
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopRequests)
	defer cancel()
	if shut := a.server.Shutdown(stop); shut != nil {
		a.cfg.Log.WarnContext(stop, "requests were cut off", "err", shut)
		err = errors.Join(err, a.server.Close())
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("serve %s: %w", a.Addr(), err)
	}
	err = errors.Join(err, a.Close())
	a.cfg.Log.InfoContext(stop, "stopped")
	return err
}

// wait returns when ctx ends or the server fails. At once and every hour it lets go of what need not be remembered.
func (a *App) wait(ctx context.Context, failed <-chan error) error {
	a.sweep(ctx)
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-hourly.C:
			a.sweep(ctx)
		}
	}
}

// Close stops what runs and closes the databases. It is for an App whose Run was not called, and harmless after it.
func (a *App) Close() error {
	a.close.Do(func() {
		var errs []error
		if a.waker != nil {
			stop, cancel := context.WithTimeout(context.Background(), stopDeliveries)
			defer cancel()
			errs = append(errs, a.waker.Stop(stop))
		}
		if a.outbound != nil {
			a.outbound.CloseIdleConnections()
		}
		if a.listener != nil {
			_ = a.listener.Close() // Shutdown has closed it already where Run was called
		}
		if a.db != nil {
			errs = append(errs, a.db.close())
		}
		if a.lock != nil {
			errs = append(errs, a.lock.Close())
		}
		a.closeErr = errors.Join(errs...)
	})
	return a.closeErr
}

// ready answers whether the system can work: its engine runs and its database answers.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if !a.running.Load() {
		web.Text(w, http.StatusServiceUnavailable, "the message engine does not run")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.store.For(a.cfg.ID).View(ctx, func(ctx context.Context, v store.View) error {
		_, err := v.Collab.Partners.Module(ctx)
		return err
	}); err != nil {
		a.cfg.Log.Log(ctx, web.Severity(r.Context()), "not ready", "err", err)
		web.Text(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	web.Text(w, http.StatusOK, "ready")
}
