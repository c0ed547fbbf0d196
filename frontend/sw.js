// Serves the page while the server is away. The server is asked first, so the page is never older than it
// has to be; what it answers is kept for the next time it does not.

const SHELL = "shell";
const PATIENCE_MS = 4000;
const NOT_SHELL = /\/(tasks|sign-in|livez|readyz|health|healthz|version|metrics|pool-stats|openapi\.json)(\/|$)/;
const AWAY = new Set([502, 503, 504]);

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === "GET" && origin === self.location.origin && !NOT_SHELL.test(pathname))
    event.respondWith(answer(event.request));
});

/** Keeps what a page was made of before this worker was there. */
async function keepAll(urls) {
  const cache = await caches.open(SHELL);
  await cache.addAll(urls);
}

async function answer(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request, { ignoreSearch: true });
  try {
    const fresh = await Promise.race([fetch(request), ...(kept ? [tooLate()] : [])]);
    if (fresh.ok) await cache.put(request.url.split("?")[0], fresh.clone());
    return kept && AWAY.has(fresh.status) ? kept : fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function tooLate() {
  return new Promise((resolve, reject) => setTimeout(reject, PATIENCE_MS, new Error("no answer in time")));
}
