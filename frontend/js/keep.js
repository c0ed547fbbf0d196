// What outlives the page: in IndexedDB the changes that the server has not confirmed and the list as it
// was last seen, and for other programs of this origin a mirror in localStorage. A browser may deny both to
// pages: then what is not sent is lost with the page, which asks before it closes. All of it is of the account
// that is signed in ("" for nobody), and no other account sees it.

const QUEUE = "queue";
const LIST = "list";
const LIST_MAX = 2000; // tasks
const MIRROR = "todos-libtasks";
const MIRROR_MAX = 5000; // tasks; localStorage holds some megabytes

export async function openKeep() {
  const db = await opened().catch(() => null);
  let kept = new Map(); // by uid, what the queue in IndexedDB holds of us or is about to
  let clock = 0; // counts the changes, so that they come back in their order
  let writing = 0;

  /** Runs in one transaction; those of a store follow each other. */
  function write(name, work) {
    writing++;
    return done(name, work).catch(() => {}).finally(() => writing--);
  }

  function done(name, work) {
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(name, "readwrite");
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      work(transaction.objectStore(name));
      transaction.commit(); // at once: the page may be going away
    });
  }

  function all(name) {
    return db ? answered(db.transaction(name).objectStore(name).getAll()).catch(() => []) : [];
  }

  return {
    /** Whether the changes that there are outlive the page. */
    get isLasting() {
      return db !== null && writing === 0;
    },
    /** The changes that an earlier page of the account left, and those named, oldest first. */
    async queue(account, uids) {
      const entries = (await all(QUEUE)).sort((a, b) => a.at - b.at);
      const ours = entries.filter((entry) => entry.account === account || uids.includes(entry.uid));
      kept = new Map([...ours.map((entry) => [entry.uid, entry]), ...kept]);
      clock = Math.max(clock, entries.at(-1)?.at ?? 0);
      return ours.map(({ op }) => op);
    },
    /** The tasks that an earlier page of the account saw last. */
    async list(account) {
      return db ? (await answered(db.transaction(LIST).objectStore(LIST).get(account)).catch(() => null)) ?? [] : [];
    },
    /** Writes what is new in the queue and takes away what has left it. */
    save(account, queue) {
      if (!db) return;
      const next = new Map();
      const changed = [];
      for (const op of queue) {
        const known = kept.get(op.uid);
        const isSame = known?.op === op && known.account === account;
        const entry = isSame ? known : { uid: op.uid, account, at: known?.at ?? ++clock, op };
        if (entry !== known) changed.push(entry);
        next.set(op.uid, entry);
      }
      const gone = [...kept.keys()].filter((uid) => !next.has(uid));
      kept = next;
      if (!gone.length && !changed.length) return;
      write(QUEUE, (store) => {
        for (const uid of gone) store.delete(uid);
        for (const entry of changed) store.put(entry);
      });
    },
    /** Writes the list as it is seen. */
    saveList(account, tasks) {
      if (!account) mirror(tasks);
      const few = tasks.slice(0, LIST_MAX).filter(({ id }) => Number.isFinite(id));
      if (db) write(LIST, (store) => store.put(few, account));
    },
    /** Leaves nothing behind of the account. */
    async clear(account) {
      mirror([]);
      if (!db) return;
      await write(QUEUE, (store) => [...kept.keys()].forEach((uid) => store.delete(uid)));
      await write(LIST, (store) => store.delete(account));
    },
  };
}

function opened() {
  const request = indexedDB.open("tasks", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(QUEUE, { keyPath: "uid" });
    request.result.createObjectStore(LIST);
  };
  return answered(request);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Writes id, title and completed of the tasks where TodoMVC keeps them. */
function mirror(tasks) {
  try {
    if (!tasks.length) return localStorage.removeItem(MIRROR);
    const few = tasks.slice(0, MIRROR_MAX)
      .map(({ id, title, completed }) => ({ id: Number.isFinite(id) ? id : null, title, completed }));
    localStorage.setItem(MIRROR, JSON.stringify(few));
  } catch {
    // full or denied: it is a copy
  }
}
