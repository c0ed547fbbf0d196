// Asks through Prism, a proxy that holds requests and answers against the document: node proxy.js DOCUMENT URL
// With --errors it puts an error of its own in place of an answer that is not as described, and of a request.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const [document, upstream] = process.argv.slice(2);
const PATIENCE_MS = 60000;
const json = { "Content-Type": "application/json" };

// [method, path, headers, body, status]; {etag} is what the last answer said.
const exchanges = [
  ["POST", "/tasks", json, { title: "a", tags: ["x"], due_at: "2026-01-31T09:30:00Z" }, 201],
  ["POST", "/tasks", { ...json, "Idempotency-Key": "k1" }, [{ title: "b" }, { title: "c" }], 201],
  ["POST", "/tasks", { ...json, "Idempotency-Key": "k1" }, [{ title: "b" }, { title: "c" }], 201],
  ["GET", "/tasks", {}, null, 200],
  ["GET", "/tasks?completed=false&limit=1&sort=due_at", {}, null, 200],
  ["GET", "/tasks/1", {}, null, 200],
  ["GET", "/tasks/1", { "If-None-Match": "{etag}" }, null, 304],
  ["PATCH", "/tasks/1", { ...json, "If-Match": '"r1"' }, { completed: true }, 200],
  ["PATCH", "/tasks/1", { ...json, "If-Match": '"r1"' }, { completed: false }, 412],
  ["DELETE", "/tasks/2", {}, null, 200],
  ["DELETE", "/tasks/2", {}, null, 404],
  ["GET", "/tasks/changes?since=0", {}, null, 200],
  ["GET", "/tasks/changes?since=999", {}, null, 410],
  ["DELETE", "/tasks?completed=true", {}, null, 200],
  ["DELETE", "/tasks", {}, null, 403],
  ["GET", "/sign-in", {}, null, 200],
  ["POST", "/sign-in", json, { code: "c", verifier: "v", redirect_uri: "http://localhost/" }, 404],
  ["GET", "/livez", {}, null, 200],
  ["GET", "/readyz", {}, null, 200],
  ["GET", "/version", {}, null, 200],
  ["GET", "/metrics", {}, null, 200],
  ["GET", "/pool-stats", {}, null, 200],
];

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function answers(url) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(100)) {
    if (await fetch(url).then((reply) => reply.ok, () => false)) return;
  }
  throw new Error("Prism does not answer");
}

let etag = "";
async function ask(base, [method, path, headers, body, status]) {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace("{etag}", etag)]));
  const reply = await fetch(base + path, { method, headers: sent, body: body && JSON.stringify(body) });
  const text = await reply.text();
  etag = reply.headers.get("etag") ?? etag;
  if (reply.status === status && !text.includes("stoplight.io")) return true;
  console.error(`${method} ${path}: ${reply.status}, not ${status}: ${text}`);
  return false;
}

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const program = fileURLToPath(new URL("node_modules/@stoplight/prism-cli/dist/index.js", import.meta.url));
const prism = spawn(
  process.execPath,
  [program, "proxy", document, upstream, "--port", String(port), "--host", "127.0.0.1", "--errors"],
  { stdio: "ignore" },
);
let failed = 0;
try {
  await answers(`${base}/livez`);
  for (const exchange of exchanges) failed += !(await ask(base, exchange));
} finally {
  prism.kill();
}
console.log(`${exchanges.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
