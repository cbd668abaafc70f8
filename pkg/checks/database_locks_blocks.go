package checks

import "slices"

// block is a session that others wait for, themselves blocking nobody else or only each other.
type block struct {
	pid   int64
	waits []lockWait
}

// blocks assigns each waiting session to the one that is at the head of its queue, the head of the longest queue first.
func (l lockState) blocks() []block {
	left := slices.Clone(l.waits)
	heads := map[int64]bool{}
	roots := map[int64][]int64{} // by waiting pid
	for _, w := range l.waits {
		roots[w.PID] = l.rootsOf(w.PID, map[int64]bool{})
		for _, pid := range roots[w.PID] {
			heads[pid] = true
		}
	}
	var all []block
	for len(heads) > 0 {
		best := block{pid: -1}
		for pid := range heads {
			mine := slices.DeleteFunc(slices.Clone(left), func(w lockWait) bool { return !slices.Contains(roots[w.PID], pid) })
			if len(mine) > len(best.waits) || len(mine) == len(best.waits) && pid < best.pid {
				best = block{pid, mine}
			}
		}
		if len(best.waits) == 0 {
			break
		}
		delete(heads, best.pid)
		left = slices.DeleteFunc(left, func(w lockWait) bool { return slices.Contains(roots[w.PID], best.pid) })
		all = append(all, best)
	}
	return all
}

// rootsOf follows the queues from a session to those that wait for nobody. Sessions in a circle are PostgreSQL's to end.
func (l lockState) rootsOf(pid int64, seen map[int64]bool) (roots []int64) {
	at := slices.IndexFunc(l.waits, func(w lockWait) bool { return w.PID == pid })
	if at < 0 {
		return []int64{pid}
	}
	seen[pid] = true
	for _, blocker := range l.waits[at].Blockers {
		if !seen[blocker] {
			roots = append(roots, l.rootsOf(blocker, seen)...)
		}
	}
	return roots
}

// blockers are the sessions at the heads of the queues.
func (l lockState) blockers() []int64 {
	pids := []int64{}
	for _, b := range l.blocks() {
		if b.pid != 0 {
			pids = append(pids, b.pid)
		}
	}
	return pids
}

// tablesOf are the tables that sessions wait for.
func tablesOf(waits []lockWait) []string {
	names := []string{}
	for _, w := range waits {
		if w.Table != nil {
			names = append(names, *w.Table)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
