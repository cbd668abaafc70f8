-- The tables of a Synapse database that the plugin reads, or must never read, at schema version 94:
-- column types, keys and indexes as Synapse 1.160 creates them.

CREATE TABLE schema_version (
    lock character(1) DEFAULT 'X' NOT NULL,
    version integer NOT NULL,
    upgraded boolean NOT NULL,
    CONSTRAINT schema_version_lock_check CHECK ((lock = 'X')),
    CONSTRAINT schema_version_lock_key UNIQUE (lock)
);

CREATE TABLE schema_compat_version (
    lock character(1) DEFAULT 'X' NOT NULL,
    compat_version integer NOT NULL,
    CONSTRAINT schema_compat_version_lock_check CHECK ((lock = 'X')),
    CONSTRAINT schema_compat_version_lock_key UNIQUE (lock)
);

CREATE TABLE applied_schema_deltas (
    version integer NOT NULL,
    file text NOT NULL,
    CONSTRAINT applied_schema_deltas_version_file_key UNIQUE (version, file)
);

CREATE TABLE background_updates (
    update_name text NOT NULL,
    progress_json text NOT NULL,
    depends_on text,
    ordering integer DEFAULT 0 NOT NULL,
    CONSTRAINT background_updates_uniqueness UNIQUE (update_name)
);

CREATE TABLE users (
    name text,
    password_hash text,
    creation_ts bigint,
    admin smallint DEFAULT 0 NOT NULL,
    upgrade_ts bigint,
    is_guest smallint DEFAULT 0 NOT NULL,
    appservice_id text,
    consent_version text,
    consent_server_notice_sent text,
    user_type text,
    deactivated smallint DEFAULT 0 NOT NULL,
    shadow_banned boolean,
    consent_ts bigint,
    approved boolean,
    locked boolean DEFAULT false NOT NULL,
    suspended boolean DEFAULT false NOT NULL,
    CONSTRAINT users_name_key UNIQUE (name)
);
CREATE INDEX users_creation_ts ON users (creation_ts);

CREATE TABLE rooms (
    room_id text NOT NULL,
    is_public boolean,
    creator text,
    room_version text,
    has_auth_chain_index boolean,
    CONSTRAINT rooms_pkey PRIMARY KEY (room_id)
);
CREATE INDEX public_room_index ON rooms (is_public);

CREATE TABLE room_aliases (
    room_alias text NOT NULL,
    room_id text NOT NULL,
    creator text,
    CONSTRAINT room_aliases_room_alias_key UNIQUE (room_alias)
);
CREATE INDEX room_aliases_id ON room_aliases (room_id);

CREATE TABLE events (
    topological_ordering bigint NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    room_id text NOT NULL,
    content text,
    unrecognized_keys text,
    processed boolean NOT NULL,
    outlier boolean NOT NULL,
    depth bigint DEFAULT 0 NOT NULL,
    origin_server_ts bigint,
    received_ts bigint,
    sender text,
    contains_url boolean,
    instance_name text,
    stream_ordering bigint,
    state_key text,
    rejection_reason text,
    CONSTRAINT events_event_id_key UNIQUE (event_id)
);
CREATE INDEX event_contains_url_index ON events (room_id, topological_ordering, stream_ordering) WHERE ((contains_url = true) AND (outlier = false));
CREATE INDEX events_jump_to_date_idx ON events (room_id, origin_server_ts) WHERE (NOT outlier);
CREATE INDEX events_order_room ON events (room_id, topological_ordering, stream_ordering);
CREATE INDEX events_room_stream ON events (room_id, stream_ordering);
CREATE UNIQUE INDEX events_stream_ordering ON events (stream_ordering);
CREATE INDEX events_ts ON events (origin_server_ts, stream_ordering);
CREATE INDEX received_ts_idx ON events (received_ts) WHERE (type = 'm.room.member');

CREATE TABLE event_json (
    event_id text NOT NULL,
    room_id text NOT NULL,
    internal_metadata text NOT NULL,
    json text NOT NULL,
    format_version integer,
    CONSTRAINT event_json_event_id_key UNIQUE (event_id)
);

CREATE TABLE event_edges (
    event_id text NOT NULL,
    prev_event_id text NOT NULL,
    room_id text,
    is_state boolean DEFAULT false NOT NULL
);
CREATE INDEX ev_edges_prev_id ON event_edges (prev_event_id);
CREATE UNIQUE INDEX event_edges_event_id_prev_event_id_idx ON event_edges (event_id, prev_event_id);

CREATE TABLE state_events (
    event_id text NOT NULL,
    room_id text NOT NULL,
    type text NOT NULL,
    state_key text NOT NULL,
    prev_state text,
    CONSTRAINT state_events_event_id_key UNIQUE (event_id)
);

CREATE TABLE event_forward_extremities (
    event_id text NOT NULL,
    room_id text NOT NULL,
    CONSTRAINT event_forward_extremities_event_id_room_id_key UNIQUE (event_id, room_id)
);
CREATE INDEX ev_extrem_id ON event_forward_extremities (event_id);
CREATE INDEX ev_extrem_room ON event_forward_extremities (room_id);

CREATE TABLE event_backward_extremities (
    event_id text NOT NULL,
    room_id text NOT NULL,
    CONSTRAINT event_backward_extremities_event_id_room_id_key UNIQUE (event_id, room_id)
);
CREATE INDEX ev_b_extrem_id ON event_backward_extremities (event_id);
CREATE INDEX ev_b_extrem_room ON event_backward_extremities (room_id);

CREATE TABLE event_to_state_groups (
    event_id text NOT NULL,
    state_group bigint NOT NULL,
    CONSTRAINT event_to_state_groups_event_id_key UNIQUE (event_id)
);
CREATE INDEX event_to_state_groups_sg_index ON event_to_state_groups (state_group);

CREATE TABLE state_groups (
    id bigint NOT NULL,
    room_id text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT state_groups_pkey PRIMARY KEY (id)
);
CREATE INDEX state_groups_room_id_idx ON state_groups (room_id);

CREATE TABLE state_groups_state (
    state_group bigint NOT NULL,
    room_id text NOT NULL,
    type text NOT NULL,
    state_key text NOT NULL,
    event_id text NOT NULL
);
CREATE INDEX state_groups_state_type_idx ON state_groups_state (state_group, type, state_key);

CREATE TABLE state_group_edges (
    state_group bigint NOT NULL,
    prev_state_group bigint NOT NULL
);
CREATE INDEX state_group_edges_prev_idx ON state_group_edges (prev_state_group);
CREATE UNIQUE INDEX state_group_edges_unique_idx ON state_group_edges (state_group, prev_state_group);

CREATE TABLE current_state_events (
    event_id text NOT NULL,
    room_id text NOT NULL,
    type text NOT NULL,
    state_key text NOT NULL,
    membership text,
    event_stream_ordering bigint,
    CONSTRAINT current_state_events_event_id_key UNIQUE (event_id),
    CONSTRAINT current_state_events_room_id_type_state_key_key UNIQUE (room_id, type, state_key)
);
CREATE INDEX current_state_events_member_index ON current_state_events (state_key) WHERE (type = 'm.room.member');
CREATE INDEX current_state_events_members_room_index ON current_state_events (room_id, membership) WHERE (type = 'm.room.member');
CREATE INDEX current_state_events_stream_ordering_idx ON current_state_events (event_stream_ordering);

CREATE TABLE local_current_membership (
    room_id text NOT NULL,
    user_id text NOT NULL,
    event_id text NOT NULL,
    membership text NOT NULL,
    event_stream_ordering bigint
);
CREATE UNIQUE INDEX local_current_membership_idx ON local_current_membership (user_id, room_id);
CREATE INDEX local_current_membership_room_idx ON local_current_membership (room_id);
CREATE INDEX local_current_membership_stream_ordering_idx ON local_current_membership (event_stream_ordering);

CREATE TABLE room_stats_state (
    room_id text NOT NULL,
    name text,
    canonical_alias text,
    join_rules text,
    history_visibility text,
    encryption text,
    avatar text,
    guest_access text,
    is_federatable boolean,
    topic text,
    room_type text
);
CREATE UNIQUE INDEX room_stats_state_room ON room_stats_state (room_id);

CREATE TABLE room_stats_current (
    room_id text NOT NULL,
    current_state_events integer NOT NULL,
    joined_members integer NOT NULL,
    invited_members integer NOT NULL,
    left_members integer NOT NULL,
    banned_members integer NOT NULL,
    local_users_in_room integer NOT NULL,
    completed_delta_stream_id bigint NOT NULL,
    knocked_members integer,
    CONSTRAINT room_stats_current_pkey PRIMARY KEY (room_id)
);

CREATE TABLE partial_state_rooms (
    room_id text NOT NULL,
    device_lists_stream_id bigint DEFAULT 0 NOT NULL,
    join_event_id text,
    joined_via text,
    CONSTRAINT partial_state_rooms_pkey PRIMARY KEY (room_id)
);

CREATE TABLE stream_ordering_to_exterm (
    stream_ordering bigint NOT NULL,
    room_id text NOT NULL,
    event_id text NOT NULL
);
CREATE INDEX stream_ordering_to_exterm_idx ON stream_ordering_to_exterm (stream_ordering);
CREATE INDEX stream_ordering_to_exterm_rm_idx ON stream_ordering_to_exterm (room_id, stream_ordering);

CREATE TABLE destinations (
    destination text NOT NULL,
    retry_last_ts bigint,
    retry_interval bigint,
    failure_ts bigint,
    last_successful_stream_ordering bigint,
    CONSTRAINT destinations_pkey PRIMARY KEY (destination)
);

CREATE TABLE destination_rooms (
    destination text NOT NULL,
    room_id text NOT NULL,
    stream_ordering bigint NOT NULL,
    CONSTRAINT destination_rooms_pkey PRIMARY KEY (destination, room_id)
);
CREATE INDEX destination_rooms_room_id ON destination_rooms (room_id);

CREATE TABLE federation_inbound_events_staging (
    origin text NOT NULL,
    room_id text NOT NULL,
    event_id text NOT NULL,
    received_ts bigint NOT NULL,
    event_json text NOT NULL,
    internal_metadata text NOT NULL
);
CREATE UNIQUE INDEX federation_inbound_events_staging_instance_event ON federation_inbound_events_staging (origin, event_id);
CREATE INDEX federation_inbound_events_staging_room ON federation_inbound_events_staging (room_id, received_ts);

CREATE TABLE worker_locks (
    lock_name text NOT NULL,
    lock_key text NOT NULL,
    instance_name text NOT NULL,
    token text NOT NULL,
    last_renewed_ts bigint NOT NULL
);
CREATE UNIQUE INDEX worker_locks_key ON worker_locks (lock_name, lock_key);

CREATE TABLE worker_read_write_locks (
    lock_name text NOT NULL,
    lock_key text NOT NULL,
    instance_name text NOT NULL,
    write_lock boolean NOT NULL,
    token text NOT NULL,
    last_renewed_ts bigint NOT NULL
);
CREATE UNIQUE INDEX worker_read_write_locks_key ON worker_read_write_locks (lock_name, lock_key, token);

CREATE TABLE msc4242_state_dag_forward_extremities (
    room_id text NOT NULL,
    event_id text NOT NULL,
    CONSTRAINT msc4242_state_dag_forward_extremities_event_id_key UNIQUE (event_id)
);
CREATE INDEX msc4242_state_dag_room ON msc4242_state_dag_forward_extremities (room_id);

-- Foreign keys come last, because of the order of the tables.
ALTER TABLE event_edges ADD CONSTRAINT event_edges_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(event_id);
ALTER TABLE event_forward_extremities ADD CONSTRAINT event_forward_extremities_event_id FOREIGN KEY (event_id) REFERENCES events(event_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE current_state_events ADD CONSTRAINT event_stream_ordering_fkey FOREIGN KEY (event_stream_ordering) REFERENCES events(stream_ordering) NOT VALID;
ALTER TABLE local_current_membership ADD CONSTRAINT event_stream_ordering_fkey FOREIGN KEY (event_stream_ordering) REFERENCES events(stream_ordering) NOT VALID;
ALTER TABLE partial_state_rooms ADD CONSTRAINT partial_state_rooms_join_event_id_fkey FOREIGN KEY (join_event_id) REFERENCES events(event_id);
ALTER TABLE partial_state_rooms ADD CONSTRAINT partial_state_rooms_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(room_id);
ALTER TABLE destination_rooms ADD CONSTRAINT destination_rooms_destination_fkey FOREIGN KEY (destination) REFERENCES destinations(destination);
ALTER TABLE destination_rooms ADD CONSTRAINT destination_rooms_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(room_id);
ALTER TABLE msc4242_state_dag_forward_extremities ADD CONSTRAINT msc4242_state_dag_forward_extremities_event_id_fkey FOREIGN KEY (event_id) REFERENCES events(event_id) ON DELETE CASCADE;
ALTER TABLE msc4242_state_dag_forward_extremities ADD CONSTRAINT msc4242_state_dag_forward_extremities_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms(room_id) ON DELETE CASCADE;
