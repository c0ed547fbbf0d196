// The only place that knows the server: paths, headers, and what an error looks like.

const TIMEOUT_MS = 15_000;

/** An answer that was not the one wanted, or none at all (status 0). */
export class Problem extends Error {
  constructor({ status = 0, title, detail = "", code = "", retryAfter = null }) {
    super(title);
    Object.assign(this, { status, title, detail, code, retryAfter });
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get temporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** What the server answers to who shows no token, or one that it does not take. */
export function asksToSignIn(problem) {
  return problem?.status === 401;
}

/** The seconds that a Retry-After header names, as a number or as a date; null without one. */
export function retryAfterSeconds(value, now = Date.now()) {
  if (!value) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

/** The query of the Link header's next page, or null. Only the query: host and path are ours to know,
 *  so a proxy that the server does not see through cannot send us elsewhere. */
export function nextQuery(link) {
  for (const [, target, parameters] of (link ?? "").matchAll(/<([^>]*)>([^,]*)/g))
    if (/;\s*rel="?next"?/i.test(parameters)) return new URL(target, "http://any/").search;
  return null;
}

/** `identity()` gives the headers that say who asks. */
export function createApi(base, identity = () => ({})) {
  const tasks = new URL("tasks", base);
  const taskUrl = (id) => new URL(`tasks/${id}`, base);

  const exchange = (url, options) => send(url, { ...options, headers: { ...options.headers, ...identity() } });

  async function list({ query, etag }) {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await exchange(new URL(query, tasks), { headers });
    if (answer.status === 304) return null;
    return {
      tasks: await json(answer),
      next: nextQuery(answer.headers.get("Link")),
      etag: answer.headers.get("ETag"),
    };
  }

  return {
    /** The tasks of a page, the query of the next one, and an ETag; null if the ETag given still holds. */
    list,
    get: async (id) => json(await exchange(taskUrl(id), {})),
    create: async (task) => json(await exchange(tasks, write("POST", task))),
    update: async (task, patch) =>
      json(await exchange(taskUrl(task.id), write("PATCH", patch, task))),
    remove: async (task) => json(await exchange(taskUrl(task.id), write("DELETE", null, task))),
    clearCompleted: async () =>
      void (await exchange(new URL("?completed=true", tasks), write("DELETE"))),
  };
}

function write(method, body, seen) {
  const headers = {};
  if (body) headers["Content-Type"] = "application/json";
  if (seen) headers["If-Match"] = revisionTag(seen);
  return { method, headers, body: body ? JSON.stringify(body) : undefined, keepalive: true };
}

function revisionTag(task) {
  return `"r${task.revision}"`;
}

async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new Problem({ title: "The server cannot be reached" });
  }
  if (answer.ok || answer.status === 304) return answer;
  throw await problemOf(answer);
}

async function json(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Problem({ title: "The server's answer cannot be read" });
  }
}

async function problemOf(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  const told = type.startsWith("application/problem+json") ? await answer.json().catch(() => ({})) : {};
  return new Problem({
    status: answer.status,
    title: told.title ?? `The server answered ${answer.status}`,
    detail: told.detail,
    code: told.code,
    retryAfter: retryAfterSeconds(answer.headers.get("Retry-After")),
  });
}
