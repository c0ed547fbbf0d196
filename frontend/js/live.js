// What others change, as it happens: from the server's stream of events, or by asking from time to time
// while there is none. A page that nobody sees does neither.

import { absorbed } from "./store.js";

const TICK_MS = 1_000;
const POLL_MS = 10_000;
const SILENCE_MAX_MS = 60_000; // the server says something four times as often
const LONGEST_WAIT_MS = 60_000;

export function createLive(api, store, sync) {
  let stream = null; // the AbortController of the stream that is open
  let heard = 0; // when it last said something
  let failures = 0;
  let nextTry = 0;
  let nextPoll = Date.now() + POLL_MS;

  async function open() {
    stream = new AbortController();
    const { signal } = stream;
    heard = Date.now();
    try {
      const answer = await api.events(store.state.revision, signal);
      failures = 0;
      await follow(answer.body, signal);
    } catch {
      failures++; // whatever it was, asking tells it too
    }
    stream = null;
    nextTry = Date.now() + Math.min(LONGEST_WAIT_MS, TICK_MS * 2 ** failures);
    if (!signal.aborted) sync.poll();
  }

  async function follow(body, signal) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return;
      heard = Date.now();
      const read = readEvents(rest + value);
      rest = read.rest;
      take(read.events);
    }
  }

  function take(events) {
    if (events.some(({ event }) => event === "reset")) return void sync.restart();
    const tasks = events.filter(({ data }) => data).map(({ data }) => JSON.parse(data));
    const revision = Math.max(0, ...events.map(({ id }) => id ?? 0));
    if (tasks.length) store.apply(absorbed, { tasks, etag: null, revision });
  }

  function close() {
    stream?.abort();
  }

  function tick() {
    const now = Date.now();
    if (document.hidden) return;
    if (stream && now - heard > SILENCE_MAX_MS) close();
    if (stream || sync.isHeld() || !store.state.loaded || store.state.stale) return;
    if (now >= nextTry) open();
    else if (now >= nextPoll) sync.poll();
    if (now >= nextPoll) nextPoll = now + POLL_MS;
  }

  setInterval(tick, TICK_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return close();
    sync.poll();
    nextTry = 0;
  });
  return { wake: tick, close };
}

/** The events of a stream that are complete in the text, and what is left of it. */
export function readEvents(text) {
  const blocks = text.split("\n\n");
  const rest = blocks.pop();
  const events = blocks.map((block) => {
    const event = { event: "message", data: "" };
    for (const line of block.split("\n")) {
      const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
      if (name) event[name] = name === "id" ? Number(value) : value;
    }
    return event;
  });
  return { events, rest };
}
