// Says when a task is due, the way people do.

const DAY_MS = 86_400_000;

/** { text, late } for an RFC 3339 time as seen at `now`: "today", "tomorrow", "Friday", "3 Mar 2027". */
export function dueLabel(dueAt, now = new Date(), locale = undefined) {
  const due = new Date(dueAt);
  const days = Math.round((midnight(due) - midnight(now)) / DAY_MS);
  return { text: dayText(due, days, now, locale), late: due < now };
}

function midnight(time) {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

function dayText(due, days, now, locale) {
  if (Math.abs(days) <= 1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
  if (days > 1 && days < 7) return due.toLocaleDateString(locale, { weekday: "long" });
  const year = due.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return due.toLocaleDateString(locale, { day: "numeric", month: "short", year });
}
