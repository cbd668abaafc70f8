package caches

import "testing"

func TestLookup(t *testing.T) {
	for _, want := range []Cache{
		{Name: "*getEvent*", Kind: LRU, BaseSize: 10240, Resizable: true, MaxSizeExported: true, Keys: Many},
		{Name: "get_users_in_room", Kind: LRU, BaseSize: 100_000, Resizable: true, MaxSizeExported: true, CountsItems: true, Keys: Many},
		{Name: "EventsRoomStreamChangeCache", Kind: StreamChange, BaseSize: 10_000, Resizable: true, Keys: Many},
		{Name: "lazy_loaded_members_cache", Kind: Expiring, Keys: Many},
		{Name: "repl.ReplicationGetQueryRestServlet", Kind: Response, Keys: Many},
		{Name: "get_monthly_active_count", Kind: LRU, BaseSize: 1000, Resizable: true, MaxSizeExported: true, Keys: One},
	} {
		if got, ok := Lookup(want.Name); !ok || got != want {
			t.Errorf("Lookup(%q) = %+v, %t; want %+v", want.Name, got, ok, want)
		}
	}
	if got, ok := Lookup("a_module_s_cache"); ok {
		t.Errorf("a cache that Synapse does not have was found: %+v", got)
	}
}

func TestEveryRowIsConsistent(t *testing.T) {
	if len(caches) < 160 {
		t.Errorf("%d caches, want at least 160", len(caches))
	}
	keys := map[string]string{}
	for name, c := range caches {
		if c.Resizable != (c.BaseSize > 0) {
			t.Errorf("%s: resizable %t with base size %g", name, c.Resizable, c.BaseSize)
		}
		if c.MaxSizeExported != (c.Kind == LRU) {
			t.Errorf("%s: kind %s, max size exported %t", name, c.Kind, c.MaxSizeExported)
		}
		if other, there := keys[ConfigKey(name)]; there {
			t.Errorf("%s and %s have the same key in the configuration", name, other)
		}
		keys[ConfigKey(name)] = name
	}
	for cache, list := range byCache {
		if _, ok := caches[cache]; !ok {
			t.Errorf("transactions of an unknown cache %q", cache)
		}
		for _, x := range list {
			if _, ok := rank[x.Confidence]; !ok {
				t.Errorf("%s → %s: confidence %q", cache, x.Desc, x.Confidence)
			}
		}
	}
}

func TestConfigKey(t *testing.T) {
	for name, want := range map[string]string{
		"*getEvent*": "getevent", "*stateGroupMembersCache*": "stategroupmemberscache", "well-known": "wellknown",
		"_get_joined_profile_from_event_id": "_get_joined_profile_from_event_id", "top_10_of_v2": "top_1_of_v2",
		"Räume.x": "rumex", "": "",
	} {
		if got := ConfigKey(name); got != want {
			t.Errorf("ConfigKey(%q) = %q, want %q", name, got, want)
		}
	}
	if got, want := EnvironmentKey("*getEvent*"), "SYNAPSE_CACHE_FACTOR_GETEVENT"; got != want {
		t.Errorf("EnvironmentKey = %q, want %q", got, want)
	}
}

func TestGuardOf(t *testing.T) {
	for desc, want := range map[string]string{
		"get_user_by_id": "get_user_by_id",
		"_get_user_ids_from_membership_event_ids": "_get_joined_profile_from_event_id",
		"do_fetch":                      "*getEvent*",
		"is_host_joined":                "is_host_joined",
		"_get_state_groups_from_groups": "*stateGroupCache*",
		"get_auth_chain_ids":            "_event_auth_cache", // medium
		"get_auth_chain_difference":     "",                  // low
		"simple_select_list":            "",                  // shared by many callers
		"persist_events":                "",
	} {
		if got, ok := GuardOf(desc); got != want || ok != (want != "") {
			t.Errorf("GuardOf(%q) = %q, %t; want %q", desc, got, ok, want)
		}
	}
	if got := byDesc["_get_state_groups_from_groups"]; len(got) != 2 {
		t.Errorf("both state group caches stand before their transaction, got %v", got)
	}
	if got := TransactionsOf("is_partial_state_room"); len(got) != 2 {
		t.Errorf("a batched and a single transaction expected, got %v", got)
	}
}
