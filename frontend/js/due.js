// When a task is due, the way people say it. What has no time of day is due on that day, and kept as its
// start in local time, as tasksctl does.

const DAY_MS = 86_400_000;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

// ---- Saying it

/** { text, late } for an RFC 3339 time as seen at `now`: "today", "tomorrow 17:00", "Friday", "3 Mar 2027". */
export function dueLabel(dueAt, now = new Date(), locale = undefined) {
  const due = new Date(dueAt);
  const days = Math.round((midnight(due) - midnight(now)) / DAY_MS);
  const isDay = due.getTime() === midnight(due);
  const day = dayText(due, days, now, locale);
  const time = due.toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
  return { text: isDay ? day : `${day} ${time}`, late: isDay ? days < 0 : due < now };
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

// ---- Understanding it

const DAYS = [ // each: a pattern, and the day that it means
  [/^today$/, (now) => dayFrom(now, 0)],
  [/^tomorrow$|^tom$/, (now) => dayFrom(now, 1)],
  [/^(?:in )?\+?(\d{1,4}) ?(d|day|days|w|week|weeks|m|month|months|y|year|years)$/, distance],
  [/^next (week|month|year)$/, (now, unit) => distance(now, "1", unit)],
  [/^(?:on |next )?([a-z]{3,9})$/, weekday],
  [/^(\d{4})-(\d\d)-(\d\d)$/, (now, year, month, day) => date(year, month - 1, day)],
  [/^(\d{1,2})\.? ?([a-z]{3,9})(?: (\d{4}))?$/, (now, day, month, year) => dayOf(now, day, month, year)],
  [/^([a-z]{3,9}) (\d{1,2})(?:,? (\d{4}))?$/, (now, month, day, year) => dayOf(now, day, month, year)],
];

const TIME = /^(.*?)(?:^| )(?:at )?(\d{1,2})(?::(\d\d))?( ?[ap]m)?$/;

/** The time that a person means, as RFC 3339; "" for no text, null if it is not understood. */
export function readDue(text, now = new Date()) {
  const words = text.trim().toLowerCase().replace(/\s+/g, " ");
  if (!words) return "";
  const due = readDay(words, now) ?? readDayAndTime(words, now);
  return due && !Number.isNaN(due.getTime()) && due.getFullYear() < 10_000 ? due.toISOString() : null;
}

function readDay(words, now) {
  for (const [pattern, meaning] of DAYS) {
    const found = pattern.exec(words);
    const day = found && meaning(now, ...found.slice(1));
    if (day) return day;
  }
  return null;
}

function readDayAndTime(words, now) {
  const [, before, hours, minutes, half] = TIME.exec(words) ?? [];
  if (!hours || !(minutes || half)) return null;
  const day = before.trim() ? readDay(before.trim(), now) : dayFrom(now, 0);
  const hour = half ? (Number(hours) % 12) + (half.trim() === "pm" ? 12 : 0) : Number(hours);
  if (!day || hour > 23 || minutes > 59 || (half && (hours > 12 || hours < 1))) return null;
  day.setHours(hour, Number(minutes ?? 0));
  return day;
}

function dayFrom(now, days) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

function distance(now, count, unit) {
  if (unit[0] === "d") return dayFrom(now, Number(count));
  if (unit[0] === "w") return dayFrom(now, 7 * count);
  const months = unit[0] === "m" ? Number(count) : 12 * count;
  const last = new Date(now.getFullYear(), now.getMonth() + months + 1, 0).getDate();
  return new Date(now.getFullYear(), now.getMonth() + months, Math.min(now.getDate(), last));
}

/** The next day of that name: never today. */
function weekday(now, name) {
  const wanted = indexOf(WEEKDAYS, ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"], name);
  return wanted < 0 ? null : dayFrom(now, ((wanted - now.getDay() + 6) % 7) + 1);
}

function indexOf(short, long, name) {
  return short.findIndex((start, i) => name.startsWith(start) && long[i].startsWith(name));
}

function dayOf(now, day, name, year) {
  const month = indexOf(MONTHS, ["january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december"], name);
  if (month < 0) return null;
  if (year) return date(year, month, day);
  const next = date(now.getFullYear(), month, day);
  return next && next < dayFrom(now, 0) ? date(now.getFullYear() + 1, month, day) : next;
}

function date(year, month, day) {
  const found = new Date(Number(year), month, Number(day));
  return found.getMonth() === Number(month) && found.getDate() === Number(day) ? found : null;
}

/** What to write into a field so that readDue gives the time again. */
export function dueWords(dueAt) {
  if (!dueAt) return "";
  const due = new Date(dueAt);
  const two = (number) => String(number).padStart(2, "0");
  const day = `${due.getFullYear()}-${two(due.getMonth() + 1)}-${two(due.getDate())}`;
  return due.getTime() === midnight(due) ? day : `${day} ${two(due.getHours())}:${two(due.getMinutes())}`;
}
