//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/matrix-insight/synapse-datasource/lab/servers/synapse"
)

// A small homeserver: what its users do depends on the seed only, however it fares.
const (
	users = 6
	rooms = 4
	pause = 2 * time.Second // between two requests of a user, on average
)

const client = "/_matrix/client/v3/"

// person is one user at work.
type person struct {
	*synapse.Client
	rooms  []string
	random *rand.Rand
	since  string
	sent   int
}

// settle makes users, and rooms that all of them are in.
func settle(ctx context.Context, server *synapse.Server, seed uint64) ([]*person, error) {
	var people []*person
	for n := range users {
		account, err := server.Register(ctx, fmt.Sprintf("user%d", n))
		if err != nil {
			return nil, err
		}
		people = append(people, &person{Client: account, random: rand.New(rand.NewPCG(seed, uint64(n)))})
	}
	for n := range rooms {
		var made struct {
			Room string `json:"room_id"`
		}
		what := map[string]any{"preset": "public_chat", "name": fmt.Sprintf("Room %d", n)}
		if err := people[0].Do(ctx, http.MethodPost, client+"createRoom", what, &made); err != nil {
			return nil, err
		}
		for i, p := range people {
			p.rooms = append(p.rooms, made.Room)
			if i == 0 {
				continue // he made it
			}
			if err := p.Do(ctx, http.MethodPost, client+"join/"+url.PathEscape(made.Room), map[string]any{}, nil); err != nil {
				return nil, err
			}
		}
	}
	for _, worker := range server.Workers {
		if worker.Name == synapse.ClientWorker {
			for _, p := range people {
				p.Client = p.At(worker.ClientURL)
			}
		}
	}
	return people, nil
}

// drive lets everybody act until the context ends.
func drive(ctx context.Context, people []*person) {
	var running sync.WaitGroup
	for _, p := range people {
		running.Go(func() {
			for ctx.Err() == nil {
				p.act(ctx)
				select {
				case <-time.After(pause/2 + time.Duration(p.random.Int64N(int64(pause)))):
				case <-ctx.Done():
				}
			}
		})
	}
	running.Wait()
}

// patience is how long a client waits for an answer before it asks again.
const patience = 30 * time.Second

// act does one thing. That it fails is what a sick server is about.
func (p *person) act(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	room := client + "rooms/" + url.PathEscape(p.rooms[p.random.IntN(len(p.rooms))])
	switch n := p.random.IntN(10); {
	case n < 4:
		p.sent++
		_ = p.Do(ctx, http.MethodPut, fmt.Sprintf("%s/send/m.room.message/%s-%d", room, url.PathEscape(p.UserID), p.sent),
			map[string]any{"msgtype": "m.text", "body": fmt.Sprintf("message %d", p.sent)}, nil)
	case n < 8:
		var answer struct {
			Next string `json:"next_batch"`
		}
		query := url.Values{"timeout": {"500"}}
		if p.since != "" {
			query.Set("since", p.since)
		}
		if p.Do(ctx, http.MethodGet, client+"sync?"+query.Encode(), nil, &answer) == nil {
			p.since = answer.Next
		}
	case n < 9:
		_ = p.Do(ctx, http.MethodGet, room+"/messages?dir=b&limit=20", nil, nil)
	default:
		_ = p.Do(ctx, http.MethodPut, room+"/typing/"+url.PathEscape(p.UserID), map[string]any{"typing": true, "timeout": 5000}, nil)
	}
}
