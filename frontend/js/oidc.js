// Signing in at the issuer that the server trusts: OpenID Connect's code flow with PKCE. The page goes away
// to the issuer and comes back with a code, which the server exchanges for a token. What ties both visits
// together lies in sessionStorage meanwhile: another tab, or another site, has no use for the code.

const NAME = "tasks-sign-in";

/** Where to go, and what to remember until one is back. `random(bytes)` gives a text nobody can guess. */
export async function departure({ authorization_endpoint, client_id, scope }, redirectUri, random = randomText) {
  const [state, verifier] = [random(16), random(32)];
  const url = new URL(authorization_endpoint);
  const parameters = {
    response_type: "code", client_id, scope, state, redirect_uri: redirectUri,
    code_challenge: await challengeOf(verifier), code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, visit: { state, verifier, redirect_uri: redirectUri } };
}

/** What one came back with: { code, verifier, redirect_uri } to exchange, { error } to tell, or null if
 *  this is no way back, or not that of the visit remembered. */
export function arrival(search, visit) {
  const parameters = new URLSearchParams(search);
  if (!visit || !parameters.get("state") || parameters.get("state") !== visit.state) return null;
  const { verifier, redirect_uri } = visit;
  const code = parameters.get("code");
  if (code) return { code, verifier, redirect_uri };
  return { error: parameters.get("error_description") || parameters.get("error") || "" };
}

export async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function randomText(bytes) {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Leaves for the issuer, and comes back to the page as it is now: its filter is kept, and the uids of what
 *  nobody has sent yet. */
export async function leave(how, unsent, { document, location, sessionStorage }) {
  const { url, visit } = await departure(how, new URL(".", document.baseURI).href);
  sessionStorage.setItem(NAME, JSON.stringify({ ...visit, unsent, hash: location.hash }));
  location.assign(url);
}

/** What arrival() says of this visit, and what was unsent; the address and the memory of it are cleared at once. */
export function comeBack({ location, history, sessionStorage }) {
  if (!/[?&]state=/.test(location.search)) return null;
  let visit = null;
  try {
    visit = JSON.parse(sessionStorage.getItem(NAME));
    sessionStorage.removeItem(NAME);
  } catch {
    // denied: then nobody can have left from here
  }
  const { search } = location;
  history.replaceState(null, "", location.pathname + (visit?.hash ?? ""));
  const back = arrival(search, visit);
  return back && { ...back, unsent: visit.unsent };
}
