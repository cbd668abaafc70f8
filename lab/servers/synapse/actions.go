package synapse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
)

type action struct {
	name   string
	weight int
	do     func(a *actor, ctx context.Context) error
}

var actions = []action{
	{"message", 30, (*actor).message},
	{"sync", 22, (*actor).sync},
	{"typing", 12, (*actor).typing},
	{"receipt", 10, (*actor).receipt},
	{"presence", 6, (*actor).presence},
	{"reaction", 5, (*actor).reaction},
	{"read back", 5, (*actor).readBack},
	{"burst", 3, func(a *actor, ctx context.Context) error { return a.world.burst(ctx, a.sharedRoom(), 2) }},
	{"members", 2, (*actor).members},
	{"to device", 2, (*actor).toDevice},
	{"device keys", 2, (*actor).deviceKeys},
	{"redaction", 1, (*actor).redaction},
	{"display name", 1, (*actor).displayName},
	{"new room", 1, (*actor).newRoom},
}

var totalWeight = func() int {
	sum := 0
	for _, a := range actions {
		sum += a.weight
	}
	return sum
}()

func choose(n int) action {
	for _, a := range actions {
		if n < a.weight {
			return a
		}
		n -= a.weight
	}
	return actions[0]
}

func (a *actor) message(ctx context.Context) error {
	room := a.anyRoom()
	event, err := a.world.send(ctx, a.Client, room, "m.room.message", text(fmt.Sprintf("message %d", a.random.IntN(1000))))
	if err == nil {
		a.room, a.event = room, event
	}
	return err
}

func (a *actor) sync(ctx context.Context) error {
	query := url.Values{"timeout": {fmt.Sprint(a.random.IntN(2) * 500)}, "set_presence": {"online"}}
	if a.since != "" && a.random.IntN(10) > 0 { // now and then a whole one
		query.Set("since", a.since)
	}
	var answer struct {
		Next string `json:"next_batch"`
	}
	err := a.Do(ctx, http.MethodGet, path("sync")+"?"+query.Encode(), nil, &answer)
	a.since = answer.Next
	return err
}

func (a *actor) typing(ctx context.Context) error {
	return a.Do(ctx, http.MethodPut, path("rooms", a.sharedRoom(), "typing", a.UserID),
		map[string]any{"typing": a.random.IntN(2) == 0, "timeout": 5000}, nil)
}

func (a *actor) receipt(ctx context.Context) error {
	if a.event == "" {
		return a.message(ctx)
	}
	return a.Do(ctx, http.MethodPost, path("rooms", a.room, "receipt", "m.read", a.event), map[string]any{}, nil)
}

func (a *actor) presence(ctx context.Context) error {
	state := []string{"online", "unavailable", "offline"}[a.random.IntN(3)]
	return a.Do(ctx, http.MethodPut, path("presence", a.UserID, "status"),
		map[string]any{"presence": state, "status_msg": fmt.Sprintf("status %d", a.random.IntN(1000))}, nil)
}

func (a *actor) reaction(ctx context.Context) error {
	if a.event == "" {
		return a.message(ctx)
	}
	_, err := a.world.send(ctx, a.Client, a.room, "m.reaction", map[string]any{"m.relates_to": map[string]any{
		"rel_type": "m.annotation", "event_id": a.event, "key": fmt.Sprintf("key %d", a.world.serial.Add(1)),
	}})
	return err
}

func (a *actor) readBack(ctx context.Context) error {
	return a.Do(ctx, http.MethodGet, path("rooms", a.anyRoom(), "messages")+"?dir=b&limit=30", nil, nil)
}

func (a *actor) members(ctx context.Context) error {
	return a.Do(ctx, http.MethodGet, path("rooms", a.anyRoom(), "members"), nil, nil)
}

func (a *actor) toDevice(ctx context.Context) error {
	others := a.world.users[1-a.server]
	to := others[a.random.IntN(len(others))].UserID
	transaction := fmt.Sprintf("d%d", a.world.serial.Add(1))
	return a.Do(ctx, http.MethodPut, path("sendToDevice", "m.dummy", transaction), map[string]any{
		"messages": map[string]any{to: map[string]any{"*": map[string]any{}}},
	}, nil)
}

func (a *actor) deviceKeys(ctx context.Context) error {
	others := a.world.users[1-a.server]
	to := others[a.random.IntN(len(others))].UserID
	return a.Do(ctx, http.MethodPost, path("keys", "query"),
		map[string]any{"device_keys": map[string]any{to: []string{}}}, nil)
}

func (a *actor) redaction(ctx context.Context) error {
	if a.event == "" {
		return a.message(ctx)
	}
	transaction := fmt.Sprintf("r%d", a.world.serial.Add(1))
	err := a.Do(ctx, http.MethodPut, path("rooms", a.room, "redact", a.event, transaction), map[string]any{}, nil)
	a.event = ""
	return err
}

func (a *actor) displayName(ctx context.Context) error {
	return a.Do(ctx, http.MethodPut, path("profile", a.UserID, "displayname"),
		map[string]any{"displayname": fmt.Sprintf("User %d", a.random.IntN(1000))}, nil)
}

func (a *actor) newRoom(ctx context.Context) error {
	_, err := a.world.createRoom(ctx, a.Client, "Made on the way")
	return err
}
