// The only place that knows the server: paths, headers, and what an error looks like.

const TIMEOUT_MS = 15_000;

/** An answer that was not the one wanted, or none at all (status 0). */
export class Problem extends Error {
  constructor({ status = 0, title, detail = "", code = "", retryAfter = null, versions = null }) {
    super(title);
    Object.assign(this, { status, title, detail, code, retryAfter, versions });
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get temporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500 ||
      this.code === "key_in_flight";
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

  async function list(url, etag) {
    const answer = await exchange(url, { headers: etag ? { "If-None-Match": etag } : {} });
    if (answer.status === 304) return null;
    const tag = answer.headers.get("ETag");
    return {
      tasks: await json(answer), next: nextQuery(answer.headers.get("Link")), etag: tag, revision: revisionOf(tag),
    };
  }

  return {
    /** The tasks of a page, the query of the next one, and an ETag; null if the ETag given still holds. */
    list: (query, etag) => list(new URL(query, tasks), etag),
    /** The same of what changed after a revision, or of a query that an answer named. */
    changes: (since, etag) =>
      list(new URL(typeof since === "number" ? `?since=${since}&limit=1000` : since, taskUrl("changes")), etag),
    get: async (id) => json(await exchange(taskUrl(id), {})),
    /** Makes tasks, all or none; `key` makes a repeat harmless. */
    async create(patches, key) {
      const [first, ...others] = patches;
      const made = await json(await exchange(tasks, write("POST", others.length ? patches : first, { key })));
      return Array.isArray(made) ? made : [made];
    },
    /** Changes a task that has the revision given. */
    update: async ({ id, revision }, patch, key) =>
      json(await exchange(taskUrl(id), write("PATCH", patch, { revision, key }))),
    remove: async ({ id, revision }) => json(await exchange(taskUrl(id), write("DELETE", null, { revision }))),
    clearCompleted: async () =>
      void (await exchange(new URL("?completed=true", tasks), write("DELETE", null, {}))),
    /** How people sign in: { way: "token" }, or { way: "oidc" } and what belongs to it. */
    signInWay: async () => json(await send(new URL("sign-in", base), {})),
    /** The token for the code that one came back with from an issuer. */
    signIn: async (code) => (await json(await send(new URL("sign-in", base), write("POST", code, {})))).token,
    /** Opens the stream of what changes after a revision; `signal` ends it. */
    events: (since, signal) => exchange(taskUrl(`events?since=${since}`), { signal, priority: "low" }),
  };
}

/** The owner's revision that the ETag of a list tells. */
export function revisionOf(etag) {
  return Number(/"r(\d+)/.exec(etag)?.[1] ?? 0);
}

const KEEPALIVE_MAX_CHARS = 10_000; // of all bodies on their way a browser keeps 64 KiB alive

function write(method, value, { revision, key }) {
  const headers = {};
  const body = value ? JSON.stringify(value) : undefined;
  if (body) headers["Content-Type"] = "application/json";
  if (revision) headers["If-Match"] = `"r${revision}"`;
  if (key) headers["Idempotency-Key"] = key;
  return { method, headers, body, keepalive: !(body?.length > KEEPALIVE_MAX_CHARS) };
}

async function send(url, options) {
  let answer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
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
