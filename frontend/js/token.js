// The token that lets this person in: in memory, and in sessionStorage so that a reload does not ask
// again. Never in localStorage: it ends with the tab.

const NAME = "tasks-token";
const SHAPE = /^[\x21-\x7e]{1,8192}$/; // what an HTTP header can carry

export function createToken(storage) {
  let token = read(storage);
  return {
    /** The headers that show the token; none without one. */
    headers: () => (token ? { Authorization: `Bearer ${token}` } : {}),
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
