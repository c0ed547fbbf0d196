/** Joins texts, those that are empty aside, as sentences. */
export function sentences(...texts) {
  return texts.filter(Boolean).map((text) => text[0].toUpperCase() + text.slice(1))
    .map((text) => text.replace(/[^.!?]$/, "$&.")).join(" ");
}
