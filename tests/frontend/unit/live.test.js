import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvents } from "../../../frontend/js/live.js";

const STREAM = 'retry: 1000\nid: 4\n\n:\n\nid: 5\nevent: created\ndata: {"id":1}\n\nevent: deleted\ndata: {"id":2}\n\n';
const WANTED = [
  { event: "message", data: "", id: 4 }, { event: "message", data: "" },
  { event: "created", data: '{"id":1}', id: 5 }, { event: "deleted", data: '{"id":2}' },
];

test("events are read with their ids, kinds and data", () =>
  assert.deepEqual(readEvents(STREAM), { events: WANTED, rest: "" }));

test("wherever the stream is cut, the events are the same", () => {
  for (let at = 0; at <= STREAM.length; at++) {
    const first = readEvents(STREAM.slice(0, at));
    const second = readEvents(first.rest + STREAM.slice(at));
    assert.deepEqual([...first.events, ...second.events], WANTED, `cut at ${at}`);
  }
});
