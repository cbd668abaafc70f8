package synapse

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// actor is one user at work. Each has its own random numbers, so that what he does depends on the seed only, however
// the users' requests happen to interleave.
type actor struct {
	*Client
	world  *world
	server int
	random *rand.Rand

	since string // sync position
	room  string // where he last wrote
	event string // what he last wrote
}

// Traffic lets all users act for a while, and ends with both servers writing at once into every other shared room, so
// that these are left with more than one forward extremity.
func (p *Pair) Traffic(ctx context.Context, seed uint64, duration time.Duration) error {
	p.progress.Say(fmt.Sprintf("traffic for %s", duration))
	ctx, cancel := context.WithTimeout(ctx, duration+time.Minute)
	defer cancel()
	until := time.Now().Add(duration)
	results := make(chan error, len(p.world.users[0])+len(p.world.users[1]))
	var running sync.WaitGroup
	for server, users := range p.world.users {
		for n, user := range users {
			a := &actor{Client: user, world: p.world, server: server,
				random: rand.New(rand.NewPCG(seed, uint64(server*len(users)+n)))}
			running.Go(func() { results <- a.act(ctx, until) })
		}
	}
	p.reportUntil(ctx, until)
	running.Wait()
	close(results)
	for err := range results {
		if err != nil {
			return fmt.Errorf("traffic: %w", err)
		}
	}
	for n := 0; n < len(p.world.shared); n += 2 {
		if err := p.world.burst(ctx, p.world.shared[n], 3); err != nil {
			return fmt.Errorf("traffic: %w", err)
		}
	}
	return nil
}

func (p *Pair) reportUntil(ctx context.Context, until time.Time) {
	for left := time.Until(until); left > 30*time.Second; left = time.Until(until) {
		select {
		case <-time.After(30 * time.Second):
			p.progress.Say(fmt.Sprintf("traffic goes on, %s left", time.Until(until).Round(time.Second)))
		case <-ctx.Done():
			return
		}
	}
}

// act does one thing after another until its time is over.
func (a *actor) act(ctx context.Context, until time.Time) error {
	for time.Now().Before(until) {
		act := choose(a.random.IntN(totalWeight))
		if err := act.do(a, ctx); err != nil {
			return fmt.Errorf("%s: %w", act.name, err)
		}
		select {
		case <-time.After(time.Duration(200+a.random.IntN(400)) * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// anyRoom is a room that the user is in: mostly a shared one.
func (a *actor) anyRoom() string {
	if a.random.IntN(10) == 0 {
		return a.world.local[a.server][a.random.IntN(len(a.world.local[a.server]))]
	}
	return a.sharedRoom()
}

func (a *actor) sharedRoom() string {
	return a.world.shared[a.random.IntN(len(a.world.shared))]
}

// burst writes into a room from both servers at once: events that don't know each other become forward extremities.
func (w *world) burst(ctx context.Context, room string, perServer int) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, users := range w.users {
		for n := range perServer {
			group.Go(func() error {
				_, err := w.send(ctx, users[n], room, "m.room.message", text("at once"))
				return err
			})
		}
	}
	return group.Wait()
}

func text(body string) map[string]any {
	return map[string]any{"msgtype": "m.text", "body": body}
}
