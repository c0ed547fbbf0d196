-- Schema 2: tokens, and the answers of batches that came with a key. Programs of schema 1 go on working.

-- A token is looked up before its owner is known, so here the owner leads no key.
CREATE TABLE tokens (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    digest     BLOB    NOT NULL UNIQUE,         -- SHA-256
    owner      TEXT    NOT NULL,
    read_only  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE TABLE answers (
    owner      TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    hash       INTEGER NOT NULL,                -- of the batch
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    answer     TEXT    NOT NULL,                -- JSON
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_age ON answers (owner, created_at);
