-- Schema 3: a task has one number for its key, from the number of its owner and its id, instead of both. A tree
-- by number is lower, and its inner pages are few; and the name of an owner stands in one place, not in each
-- index. Programs of schema 2 do not work with it.

ALTER TABLE owners RENAME TO old_owners;
ALTER TABLE tasks RENAME TO old_tasks;
ALTER TABLE task_tags RENAME TO old_task_tags;
ALTER TABLE tombstones RENAME TO old_tombstones;

-- The limits are those of keys: 23 bits for the owner, 40 for the id.
CREATE TABLE owners (
    owner           TEXT    NOT NULL PRIMARY KEY,
    number          INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 1 AND 8388607),
    revision        INTEGER NOT NULL DEFAULT 0,
    last_id         INTEGER NOT NULL DEFAULT 0 CHECK (last_id BETWEEN 0 AND 1099511627775),
    purged_revision INTEGER NOT NULL DEFAULT 0  -- tombstones up to here may be gone
) STRICT, WITHOUT ROWID;

-- The by_ columns are what lists are sorted by, with "none" as the last value: keys must not be NULL. Most
-- tasks have none of the three; those that have are ranked.
CREATE TABLE tasks (
    key          INTEGER NOT NULL PRIMARY KEY,  -- the number of the owner << 40 | id
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
    owner        INTEGER NOT NULL AS (key >> 40) VIRTUAL,
    by_position  REAL    NOT NULL AS (coalesce(position, 9e999)) VIRTUAL,
    by_priority  INTEGER NOT NULL AS ((priority + 9) % 10) VIRTUAL,
    by_due       INTEGER NOT NULL AS (coalesce(due_at, 9223372036854775807)) VIRTUAL,
    ranked       INTEGER NOT NULL AS (position IS NOT NULL OR due_at IS NOT NULL OR priority > 0) VIRTUAL
) STRICT;

CREATE TABLE task_tags (
    owner INTEGER NOT NULL,
    tag   TEXT    NOT NULL,
    key   INTEGER NOT NULL,
    PRIMARY KEY (owner, tag, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
    owner      INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    key        INTEGER NOT NULL,
    uid        TEXT,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (owner, revision, key)
) STRICT, WITHOUT ROWID;

INSERT INTO owners (owner, number, revision, last_id, purged_revision)
SELECT owner, row_number() OVER (ORDER BY owner), revision, last_id, purged_revision FROM old_owners;

-- What has no owner, or an id beyond the limit, which would be another owner's, does not fit: nothing is
-- migrated then. A key of NULL would be any that is free.
INSERT INTO tasks
SELECT CASE WHEN number > 0 AND id BETWEEN 1 AND 1099511627775 THEN number << 40 | id ELSE 'none' END,
       t.revision, completed, priority, position, due_at, expires_at, completed_at, created_at, updated_at, uid,
       title, tags, notes
FROM old_tasks t LEFT JOIN owners o ON o.owner = t.owner ORDER BY t.owner, id;

INSERT INTO task_tags
SELECT number, tag, CASE WHEN id BETWEEN 1 AND 1099511627775 THEN number << 40 | id END
FROM old_task_tags g LEFT JOIN owners o ON o.owner = g.owner ORDER BY g.owner, tag, id;

INSERT INTO tombstones
SELECT number, d.revision, CASE WHEN id BETWEEN 1 AND 1099511627775 THEN number << 40 | id END, uid, deleted_at
FROM old_tombstones d LEFT JOIN owners o ON o.owner = d.owner ORDER BY d.owner, d.revision, id;

DROP TABLE old_owners;
DROP TABLE old_tasks;
DROP TABLE old_task_tags;
DROP TABLE old_tombstones;

-- `completed` stands before each sort key: a list of one kind is one range, a list of both merges two. A plain
-- task is in one index instead of four: all have the same keys, so that these lists merge their range with the
-- ranked one. Each ends with the key of the task, as all indexes do.
CREATE INDEX tasks_plain       ON tasks (owner, completed)              WHERE ranked = 0;
CREATE INDEX tasks_by_id       ON tasks (owner, completed)              WHERE ranked = 1;
CREATE INDEX tasks_by_position ON tasks (owner, completed, by_position) WHERE ranked = 1;
CREATE INDEX tasks_by_priority ON tasks (owner, completed, by_priority) WHERE ranked = 1;
CREATE INDEX tasks_by_due      ON tasks (owner, completed, by_due)      WHERE ranked = 1;
CREATE INDEX tasks_by_revision ON tasks (owner, completed, revision);
CREATE INDEX tasks_expiring    ON tasks (owner, expires_at) WHERE expires_at IS NOT NULL;
CREATE UNIQUE INDEX tasks_uid  ON tasks (owner, uid) WHERE uid IS NOT NULL;
