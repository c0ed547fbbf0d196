// The token that lets this person in: in memory, and in sessionStorage so that a reload does not ask
// again. Never in localStorage: it ends with the tab.

const NAME = "tasks-token";
const SHAPE = /^[\x21-\x7e]{1,8192}$/; // what an HTTP header can carry

export function createToken(storage) {
  let token = read(storage);
  return {
    /** The headers that show the token; none without one. */
    headers: () => (token ? { Authorization: `Bearer ${token}` } : {}),
    /** Names who is signed in without telling the token: "" for nobody, null where that cannot be told. */
    async account() {
      if (!token) return "";
      const { iss, sub } = claimsOf(token);
      return sub ? JSON.stringify([iss, sub]) : digestOf(token);
    },
    get isSet() {
      return token !== "";
    },
    /** False if the text cannot be a token. */
    set(text) {
      const trimmed = text.trim();
      if (!SHAPE.test(trimmed)) return false;
      token = trimmed;
      write(storage, token);
      return true;
    },
    forget() {
      token = "";
      write(storage, "");
    },
  };
}

/** What a signed token says of itself; nothing for others. */
function claimsOf(token) {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (char) => char.charCodeAt(0)))) ?? {};
  } catch {
    return {};
  }
}

/** Browsers have it on pages by https and on loopback. */
async function digestOf(token) {
  const digest = await crypto.subtle?.digest("SHA-256", new TextEncoder().encode(token));
  return digest ? [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("") : null;
}

// A browser may deny storage to pages; then the token lasts as long as the page.

function read(storage) {
  try {
    return storage().getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function write(storage, token) {
  try {
    if (token) storage().setItem(NAME, token);
    else storage().removeItem(NAME);
  } catch {
    // it is in memory
  }
}
