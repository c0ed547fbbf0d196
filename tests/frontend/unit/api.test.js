// The client against a real server on a real socket that answers what the case says.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { createApi, nextQuery, Problem, retryAfterSeconds, revisionOf } from "../../../frontend/js/api.js";

async function exchange(answer, ask) {
  const requests = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part)).on("end", () => {
      requests.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(answer.status ?? 200, { Connection: "close", ...answer.headers });
      response.end(answer.body);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const api = createApi(`http://127.0.0.1:${server.address().port}/under/a/path/`);
    const [outcome] = await Promise.allSettled([ask(api)]);
    return { outcome, request: requests[0] };
  } finally {
    server.close();
  }
}

test("a code is exchanged without a token, and how people sign in is asked without one", async () => {
  const code = { code: "c", verifier: "v", redirect_uri: "https://tasks.example/" };
  const { outcome, request } = await exchange({ body: '{"token":"t"}' }, (api) => api.signIn(code));
  assert.equal(outcome.value, "t");
  assert.deepEqual([request.method, request.url, JSON.parse(request.body)], ["POST", "/under/a/path/sign-in", code]);
  const asked = await exchange({ body: '{"way":"token"}' }, (api) => api.signInWay());
  assert.deepEqual([asked.outcome.value, asked.request.url], [{ way: "token" }, "/under/a/path/sign-in"]);
});

const TASK = { id: 7, revision: 41, title: "x" };
const json = (value, more = {}) => ({ body: JSON.stringify(value), ...more });

test("list asks for the query and reads tasks, next page and tag", async () => {
  const answer = json([TASK], {
    headers: { ETag: '"r41.0"', Link: '<http://inner:1/tasks?limit=1&cursor=abc>; rel="next"' },
  });
  const { outcome, request } = await exchange(answer, (api) => api.list("?limit=1"));
  assert.deepEqual(outcome.value,
    { tasks: [TASK], next: "?limit=1&cursor=abc", etag: '"r41.0"', revision: 41 });
  assert.deepEqual([request.method, request.url], ["GET", "/under/a/path/tasks?limit=1"]);
  assert.equal(request.headers["if-none-match"], undefined);
});

test("list with a tag that still holds is null", async () => {
  const ask = (api) => api.list("", '"r41.0"');
  const { outcome, request } = await exchange({ status: 304 }, ask);
  assert.equal(outcome.value, null);
  assert.equal(request.headers["if-none-match"], '"r41.0"');
});

for (const { name, ask, method, url, match, key, body, result = TASK } of [
  { name: "get", ask: (api) => api.get(7), method: "GET", url: "tasks/7" },
  {
    name: "create", key: "k", result: [TASK],
    ask: (api) => api.create([{ title: "x" }], "k"),
    method: "POST", url: "tasks", body: '{"title":"x"}',
  },
  {
    name: "create of several", key: "k", result: [TASK],
    ask: (api) => api.create([{ title: "x" }, { title: "y" }], "k"),
    method: "POST", url: "tasks", body: '[{"title":"x"},{"title":"y"}]',
  },
  {
    name: "update",
    ask: (api) => api.update(TASK, { completed: true }, "k"),
    method: "PATCH", url: "tasks/7", match: '"r41"', key: "k", body: '{"completed":true}',
  },
  { name: "remove", ask: (api) => api.remove(TASK), method: "DELETE", url: "tasks/7", match: '"r41"' },
])
  test(`${name} sends what the server wants`, async () => {
    const { outcome, request } = await exchange(json(TASK), ask);
    assert.deepEqual(outcome.value, result);
    assert.deepEqual([request.method, request.url, request.body], [method, `/under/a/path/${url}`, body ?? ""]);
    assert.equal(request.headers["if-match"], match);
    assert.equal(request.headers["idempotency-key"], key);
    assert.equal(request.headers["content-type"], body && "application/json");
  });

for (const [since, url] of [[5, "tasks/changes?since=5&limit=1000"], ["?since=6", "tasks/changes?since=6"]])
  test(`changes since ${since}`, async () => {
    const { outcome, request } = await exchange(json([], { headers: { ETag: '"r9.2"' } }), (api) => api.changes(since));
    assert.deepEqual(outcome.value, { tasks: [], next: null, etag: '"r9.2"', revision: 9 });
    assert.equal(request.url, `/under/a/path/${url}`);
  });

for (const [etag, revision] of [['"r9.2"', 9], ['W/"r12.0"', 12], [null, 0], ["nonsense", 0]])
  test(`the revision of ${etag}`, () => assert.equal(revisionOf(etag), revision));

test("clear deletes only what is completed", async () => {
  const { outcome, request } = await exchange(json({}), (api) => api.clearCompleted());
  assert.equal(outcome.status, "fulfilled");
  assert.deepEqual([request.method, request.url], ["DELETE", "/under/a/path/tasks?completed=true"]);
});

const PROBLEM_TYPE = { "Content-Type": "application/problem+json" };
for (const { name, answer, expected, temporary } of [
  {
    name: "a problem", temporary: false,
    answer: json({ title: "Long", detail: "500 at most", code: "too_long" }, { status: 422, headers: PROBLEM_TYPE }),
    expected: { status: 422, title: "Long", detail: "500 at most", code: "too_long", retryAfter: null },
  },
  {
    name: "a problem that passes", temporary: true,
    answer: json({ title: "Busy" }, { status: 503, headers: { ...PROBLEM_TYPE, "Retry-After": "3" } }),
    expected: { status: 503, title: "Busy", detail: "", code: "", retryAfter: 3 },
  },
  {
    name: "too many requests", temporary: true,
    answer: json({ title: "Slow down" }, { status: 429, headers: PROBLEM_TYPE }),
    expected: { status: 429, title: "Slow down" },
  },
  {
    name: "a proxy's page", temporary: true,
    answer: { status: 502, body: "<html>", headers: { "Content-Type": "text/html" } },
    expected: { status: 502, title: "The server answered 502" },
  },
  {
    name: "a problem cut short", temporary: false,
    answer: { status: 400, body: '{"title":', headers: PROBLEM_TYPE },
    expected: { status: 400, title: "The server answered 400" },
  },
  {
    name: "an answer that is no JSON", temporary: true, answer: { body: "<html>" },
    expected: { status: 0, title: "The server's answer cannot be read" },
  },
])
  test(`${name} becomes a Problem`, async () => {
    const { outcome } = await exchange(answer, (api) => api.get(7));
    assert.ok(outcome.reason instanceof Problem);
    for (const [member, value] of Object.entries(expected)) assert.equal(outcome.reason[member], value, member);
    assert.equal(outcome.reason.temporary, temporary);
  });

test("no server is a problem that passes", async () => {
  const server = http.createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(createApi(`http://127.0.0.1:${port}/`).get(7), (problem) =>
    problem instanceof Problem && problem.status === 0 && problem.temporary);
});

const NOW = Date.parse("2026-01-31T09:00:00Z");
for (const [value, expected] of [
  [null, null], ["", null], ["0", 0], ["120", 120], ["soon", null],
  ["Sat, 31 Jan 2026 09:00:30 GMT", 30], ["Sat, 31 Jan 2026 08:00:00 GMT", 0],
])
  test(`Retry-After: ${value}`, () => assert.equal(retryAfterSeconds(value, NOW), expected));

for (const [link, expected] of [
  [null, null], ["", null], ["nonsense", null],
  ['</tasks?cursor=a>; rel="next"', "?cursor=a"],
  ["<http://h/tasks?cursor=a>; rel=next", "?cursor=a"],
  ['<?cursor=a>; title="x"; rel="next"', "?cursor=a"],
  ['</tasks?cursor=p>; rel="prev", </tasks?cursor=n>; rel="next"', "?cursor=n"],
  ['</tasks?cursor=p>; rel="prev"', null],
])
  test(`Link: ${link}`, () => assert.equal(nextQuery(link), expected));
