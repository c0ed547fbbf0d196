// Takes what tasksd exports for OTLP's own types and back again: node traces.js TASKSD
// A member that OTLP does not have, or that has another form there, does not come back as it went.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";

const generated = "@opentelemetry/otlp-transformer/build/src/generated/root";
const { ExportTraceServiceRequest } = createRequire(import.meta.url)(generated).opentelemetry.proto.collector.trace.v1;

const [program] = process.argv.slice(2);
const PATIENCE_MS = 60000;
const KIND_SERVER = 2;
const sent = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "Content-Type": "application/json",
};

// ---- One post ----

// Empty lists are not told from none.
function withoutEmpty(value) {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([, member]) => !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutEmpty(member)]));
}

function faultsOf(post) {
  const message = ExportTraceServiceRequest.fromObject(post);
  const back = ExportTraceServiceRequest.toObject(message, { longs: String, bytes: String });
  return isDeepStrictEqual(withoutEmpty(back), withoutEmpty(post)) ? [] : [`comes back as ${JSON.stringify(back)}`];
}

const spansOf = (post) => post.resourceSpans.flatMap((of) => of.scopeSpans.flatMap((scope) => scope.spans));

// ---- Their spans ----

function faultsOfSpan(span, all) {
  const faults = [];
  const parent = all.find((other) => other.spanId === span.parentSpanId);
  if (!/^[0-9a-f]{32}$/.test(span.traceId)) faults.push("no id of a trace");
  if (!/^[0-9a-f]{16}$/.test(span.spanId)) faults.push("no id of a span");
  if (BigInt(span.startTimeUnixNano) > BigInt(span.endTimeUnixNano)) faults.push("ends before it starts");
  if (span.kind !== KIND_SERVER && !parent) faults.push("has no parent");
  if (parent && BigInt(parent.startTimeUnixNano) > BigInt(span.startTimeUnixNano)) faults.push("is before its parent");
  if (parent && BigInt(parent.endTimeUnixNano) < BigInt(span.endTimeUnixNano)) faults.push("is after its parent");
  if (parent && parent.traceId !== span.traceId) faults.push("is of another trace");
  return faults.map((fault) => `${span.name}: ${fault}`);
}

// ---- The server, and what it sends ----

const posts = [];
const collector = createServer((request, reply) => {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    posts.push(JSON.parse(text));
    reply.end("{}");
  });
});

function start(endpoint) {
  const options = ["--listen", "127.0.0.1:0", "--db", "sqlite::memory:", "--workers", "8", "--otlp-endpoint", endpoint];
  const server = spawn(program, options, { stdio: ["ignore", "ignore", "pipe"] });
  return new Promise((done, failed) => {
    createInterface(server.stderr).on("line", (line) => {
      const url = line.match(/serving (http:\S+)/);
      if (url) done([server, url[1]]);
    });
    server.on("exit", () => failed(new Error("tasksd has ended")));
    setTimeout(() => failed(new Error("tasksd does not serve")), PATIENCE_MS).unref();
  });
}

await new Promise((done) => collector.listen(0, "127.0.0.1", done));
const [server, url] = await start(`http://127.0.0.1:${collector.address().port}`);
await fetch(`${url}/tasks`, { method: "POST", headers: sent, body: '{"title":"a"}' });
await fetch(`${url}/tasks/7`);
const ended = new Promise((done) => server.on("close", done));
server.kill(); // what is left is sent at the end
await ended;
collector.close();
collector.closeAllConnections();

const spans = posts.flatMap(spansOf);
const faults = [...posts.flatMap(faultsOf), ...spans.flatMap((span) => faultsOfSpan(span, spans))];
const wanted = ["POST /tasks", "wait for the store", "sqlite create", "GET /tasks/{id}", "sqlite get"];
faults.push(...wanted.filter((name) => !spans.some((span) => span.name === name)).map((name) => `no ${name}`));
for (const fault of faults) console.error(fault);
console.log(`${posts.length + spans.length - faults.length} passed, ${faults.length} failed`);
process.exit(faults.length ? 1 : 0);
