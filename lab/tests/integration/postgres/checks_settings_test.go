package postgres_test

import "testing"

// A session of the data source has settings of its own: what is set for Synapse's role counts, what is set for this one does not.
func TestSettingsOfSynapsesRole(t *testing.T) {
	since(t, 11) // JIT
	c := lockedServer(t, "options")
	wantFound(t, diagnosed(t, client(t, c), "database-settings"), "defaults", "info", "random_page_cost = 4")
	admin(t, "options", "ALTER ROLE options_synapse SET random_page_cost = 1.5; ALTER ROLE options_synapse IN DATABASE options SET jit = off")
	wantFound(t, diagnosed(t, client(t, c), "database-settings"), "", "ok", "random_page_cost = 1.5, jit = off")
	admin(t, "options", "ALTER ROLE options_synapse RESET ALL; ALTER ROLE options_synapse IN DATABASE options SET jit = off; ALTER ROLE options SET random_page_cost = 1.2")
	all := diagnosed(t, client(t, c), "database-settings")
	wantFound(t, all, "", "ok", "5 settings are as they should be") // what Synapse has is unknown, so it is not said
}
