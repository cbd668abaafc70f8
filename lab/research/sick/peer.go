//go:build unix

package main

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"syscall"

	"github.com/matrix-insight/synapse-datasource/lab/servers"
	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// invitePeer starts another homeserver, one of whose users joins all rooms.
func (w *ward) invitePeer(ctx context.Context, version string, progress servers.Progress) (err error) {
	w.peer, err = synapse.StartAlone(ctx, synapse.Alone{Dir: filepath.Join(w.space.Dir, "peer"), Version: version, Database: w.peerDatabase, Progress: progress})
	if w.peer != nil {
		w.space.Own(w.peer.Stop)
	}
	if err != nil {
		return err
	}
	guest, err := w.peer.Register(ctx, "guest")
	if err != nil {
		return err
	}
	via := url.Values{"server_name": {w.server.ServerName}, "via": {w.server.ServerName}}.Encode()
	for _, room := range w.people[0].rooms {
		if err := guest.Do(ctx, http.MethodPost, client+"join/"+url.PathEscape(room)+"?"+via, map[string]any{}, nil); err != nil {
			return err
		}
	}
	return nil
}

// freezePeer stops the other homeserver: what is sent to it is not refused, it is never answered.
func freezePeer(_ context.Context, w *ward) error { return w.signal(w.peer.PID(), syscall.SIGSTOP) }
