package compare

// Extremities compares the table of rooms with the counts in the database of its owner, down to rooms with more than
// least extremities. No row may belong to the other homeserver.
func Extremities(report *Report, rows []Row, owner string, counts map[string]int64, least int64) {
	shown := map[string]bool{}
	for _, row := range rows {
		room, name := row.Text("room_id"), row.Text("server_name")
		report.Check(name == owner, "room %s belongs to %q, want %q", room, name, owner)
		report.Check(!shown[room], "room %s has two rows", room)
		shown[room] = true
		report.Number(label(owner, room, "extremities"), row.Number("extremities"), Exactly(float64(counts[room])))
	}
	for room, n := range counts {
		report.Check(n <= least || shown[room], "%s: room %s with %d extremities is missing", owner, room, n)
	}
}
