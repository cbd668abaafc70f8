package synapse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Crowd is how many take part: users of each server, and rooms that all of them are in.
type Crowd struct{ Users, Rooms int }

var smallCrowd = Crowd{Users: 6, Rooms: 6}

// world is who talks where.
type world struct {
	users  [2][]*Client
	shared []string    // rooms that all users of both servers are in
	local  [2][]string // rooms that only one server knows
	serial atomic.Int64
}

func newWorld(ctx context.Context, servers [2]*Server, crowd Crowd) (*world, error) {
	if crowd == (Crowd{}) {
		crowd = smallCrowd
	}
	w := &world{}
	for i, server := range servers {
		for n := range crowd.Users {
			user, err := server.register(ctx, fmt.Sprintf("user%d-%d", i+1, n), false)
			if err != nil {
				return nil, err
			}
			w.users[i] = append(w.users[i], user)
		}
	}
	for n := range crowd.Rooms {
		home := n % 2
		room, err := w.createRoom(ctx, w.users[home][0], fmt.Sprintf("Shared %d", n))
		if err != nil {
			return nil, err
		}
		// The first of the other server joins alone: that is the one that asks over federation.
		if err := join(ctx, w.users[1-home][0], room, servers[home].ServerName); err != nil {
			return nil, err
		}
		w.shared = append(w.shared, room)
	}
	for i, server := range servers {
		if err := w.settle(ctx, i, server.ServerName); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// settle lets the other users of a server into the shared rooms, and makes its local rooms.
func (w *world) settle(ctx context.Context, i int, via string) error {
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(3)
	for _, user := range w.users[i][1:] {
		group.Go(func() error {
			for _, room := range w.shared {
				if err := join(groupCtx, user, room, via); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for n := range 2 {
		room, err := w.createRoom(ctx, w.users[i][n], fmt.Sprintf("Local %d of %s", n, via))
		if err != nil {
			return err
		}
		w.local[i] = append(w.local[i], room)
		for _, user := range w.users[i] {
			if err := join(ctx, user, room, via); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) createRoom(ctx context.Context, user *Client, name string) (string, error) {
	var room struct {
		ID string `json:"room_id"`
	}
	err := user.Do(ctx, http.MethodPost, path("createRoom"), map[string]any{
		"preset": "public_chat", "name": name, "room_alias_name": fmt.Sprintf("room%d", w.serial.Add(1)),
	}, &room)
	return room.ID, err
}

func join(ctx context.Context, user *Client, room, via string) error {
	query := url.Values{"server_name": {via}, "via": {via}}
	return user.Do(ctx, http.MethodPost, path("join", room)+"?"+query.Encode(), map[string]any{}, nil)
}

// send sends one event and returns its id.
func (w *world) send(ctx context.Context, user *Client, room, kind string, content map[string]any) (string, error) {
	var event struct {
		ID string `json:"event_id"`
	}
	transaction := fmt.Sprintf("t%d", w.serial.Add(1))
	err := user.Do(ctx, http.MethodPut, path("rooms", room, "send", kind, transaction), content, &event)
	return event.ID, err
}
