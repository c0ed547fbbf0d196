/** A UUID of version 7: what the page names a new task by before the server has seen it, so that a
 *  create whose answer was lost can be repeated without making a second task. */
export function uid(now = Date.now(), random = crypto.getRandomValues(new Uint8Array(10))) {
  const bytes = Uint8Array.from(random);
  bytes[0] = (bytes[0] & 0x0f) | 0x70;
  bytes[2] = (bytes[2] & 0x3f) | 0x80;
  const hex = now.toString(16).padStart(12, "0") + [...bytes].map(hexByte).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function hexByte(byte) {
  return byte.toString(16).padStart(2, "0");
}
