-- Schema 1. The owner leads every key, so that a store can be split by owner.

CREATE TABLE owners (
    owner           TEXT    NOT NULL PRIMARY KEY,
    revision        INTEGER NOT NULL DEFAULT 0,
    last_id         INTEGER NOT NULL DEFAULT 0,
    purged_revision INTEGER NOT NULL DEFAULT 0  -- tombstones up to here may be gone
) STRICT, WITHOUT ROWID;

-- The by_ columns are what lists are sorted by, with "none" as the last value: keys must not be NULL. Most
-- tasks have none of the three; those that have are ranked.
CREATE TABLE tasks (
    owner        TEXT    NOT NULL,
    id           INTEGER NOT NULL,
    revision     INTEGER NOT NULL,
    completed    INTEGER NOT NULL,
    priority     INTEGER NOT NULL,
    position     REAL,
    due_at       INTEGER,
    expires_at   INTEGER,
    completed_at INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    uid          TEXT,
    title        TEXT    NOT NULL,
    tags         TEXT    NOT NULL,              -- one blank between them
    notes        TEXT    NOT NULL,
    by_position  REAL    NOT NULL AS (coalesce(position, 9e999)) VIRTUAL,
    by_priority  INTEGER NOT NULL AS ((priority + 9) % 10) VIRTUAL,
    by_due       INTEGER NOT NULL AS (coalesce(due_at, 9223372036854775807)) VIRTUAL,
    ranked       INTEGER NOT NULL AS (position IS NOT NULL OR due_at IS NOT NULL OR priority > 0) VIRTUAL,
    PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE task_tags (
    owner TEXT    NOT NULL,
    tag   TEXT    NOT NULL,
    id    INTEGER NOT NULL,
    PRIMARY KEY (owner, tag, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
    owner      TEXT    NOT NULL,
    revision   INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    uid        TEXT,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (owner, revision, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE migrations (
    version        INTEGER NOT NULL PRIMARY KEY,
    oldest_program INTEGER NOT NULL,            -- the oldest schema number whose programs still work
    applied_at     INTEGER NOT NULL
) STRICT;
