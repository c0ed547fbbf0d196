-- Schema 1. The owner leads every key, so that a store can be split by owner.

CREATE TABLE owners (
    owner           text   COLLATE "C" NOT NULL PRIMARY KEY,
    revision        bigint NOT NULL DEFAULT 0,
    last_id         bigint NOT NULL DEFAULT 0,
    purged_revision bigint NOT NULL DEFAULT 0   -- tombstones up to here may be gone
) WITH (fillfactor = 50);                       -- room for a new version beside the old one, at each commit

-- The by_ columns are what lists are sorted by, with "none" as the last value: keys must not be NULL. Most
-- tasks have none of the three; those that have are ranked.
CREATE TABLE tasks (
    owner        text     COLLATE "C" NOT NULL,
    id           bigint   NOT NULL,
    revision     bigint   NOT NULL,
    completed    smallint NOT NULL,
    priority     smallint NOT NULL,
    position     double precision,
    due_at       bigint,
    expires_at   bigint,
    completed_at bigint,
    created_at   bigint   NOT NULL,
    updated_at   bigint   NOT NULL,
    uid          text     COLLATE "C",
    title        text     COLLATE "C" NOT NULL,
    tags         text     COLLATE "C" NOT NULL, -- one blank between them
    notes        text     COLLATE "C" NOT NULL,
    by_position  double precision NOT NULL GENERATED ALWAYS AS (coalesce(position, 'Infinity')) STORED,
    by_priority  smallint NOT NULL GENERATED ALWAYS AS ((priority + 9) % 10) STORED,
    by_due       bigint   NOT NULL GENERATED ALWAYS AS (coalesce(due_at, 9223372036854775807)) STORED,
    ranked       smallint NOT NULL GENERATED ALWAYS AS
        (CASE WHEN position IS NOT NULL OR due_at IS NOT NULL OR priority > 0 THEN 1 ELSE 0 END) STORED
);

-- `completed` stands before each sort key: a list of one kind is one range, a list of both merges two. A plain
-- task is in one index instead of four: all have the same keys, so that these lists merge their range with the
-- ranked one.
CREATE INDEX tasks_plain       ON tasks (owner, completed, id)              WHERE ranked = 0;
CREATE INDEX tasks_by_id       ON tasks (owner, completed, id)              WHERE ranked = 1;
CREATE INDEX tasks_by_position ON tasks (owner, completed, by_position, id) WHERE ranked = 1;
CREATE INDEX tasks_by_priority ON tasks (owner, completed, by_priority, id) WHERE ranked = 1;
CREATE INDEX tasks_by_due      ON tasks (owner, completed, by_due, id)      WHERE ranked = 1;
CREATE INDEX tasks_by_revision ON tasks (owner, completed, revision, id);
CREATE INDEX tasks_expiring    ON tasks (owner, expires_at) WHERE expires_at IS NOT NULL;
CREATE UNIQUE INDEX tasks_uid  ON tasks (owner, uid) WHERE uid IS NOT NULL;

-- The last one: of indexes that cost the same, as all do while the table is empty, the planner takes the newest.
ALTER TABLE tasks ADD PRIMARY KEY (owner, id);

CREATE TABLE task_tags (
    owner text   COLLATE "C" NOT NULL,
    tag   text   COLLATE "C" NOT NULL,
    id    bigint NOT NULL,
    PRIMARY KEY (owner, tag, id)
);

CREATE TABLE tombstones (
    owner      text   COLLATE "C" NOT NULL,
    revision   bigint NOT NULL,
    id         bigint NOT NULL,
    uid        text   COLLATE "C",
    deleted_at bigint NOT NULL,
    PRIMARY KEY (owner, revision, id)
);

CREATE TABLE migrations (
    version        integer NOT NULL PRIMARY KEY,
    oldest_program integer NOT NULL,            -- the oldest schema number whose programs still work
    applied_at     bigint  NOT NULL
);
