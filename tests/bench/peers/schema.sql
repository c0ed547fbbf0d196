-- The table of the peers. AUTO is what the database calls a number that it gives by itself.
CREATE TABLE tasks (
    id         AUTO,
    title      text    NOT NULL,
    notes      text    NOT NULL DEFAULT '',
    completed  boolean NOT NULL DEFAULT FALSE,
    priority   integer NOT NULL DEFAULT 0,
    position   double precision,
    due_at     text,
    created_at text    NOT NULL,
    updated_at text    NOT NULL
);
CREATE INDEX tasks_by_completed ON tasks (completed, id);
