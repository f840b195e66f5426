// Wall clocks of time zones, with the browser's own database (Intl).
//
// An instant is in milliseconds since 1970-01-01T00:00Z. A wall-clock time ("wall") is in milliseconds since
// 1970-01-01T00:00 on that clock: the same digits as an instant in UTC. Only these functions turn one into the other.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** More than any clock is off UTC. */
const FAR = 26 * HOUR;

const formats = new Map();

/** Whether this browser has the zone. */
export function isKnown(zone) {
  try {
    format(zone);
    return true;
  } catch {
    return false;
  }
}

function format(zone) {
  if (!formats.has(zone)) {
    const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' };
    const options = { ...fields, timeZone: zone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' };
    formats.set(zone, new Intl.DateTimeFormat('en-US', options));
  }
  return formats.get(zone);
}

/** What the zone's clock shows at an instant. */
export function wall(zone, instant) {
  const parts = {};
  for (const { type, value } of format(zone).formatToParts(instant)) parts[type] = Number(value);
  const seconds = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return seconds + (((instant % 1000) + 1000) % 1000);
}

/** How far the zone's clock is ahead of UTC at an instant. */
export const offset = (zone, instant) => wall(zone, instant) - instant;

/** The instants at which the clock shows this time, in order: none in a gap, two in a fold. */
export function instants(zone, time) {
  const offsets = new Set();
  for (let near = time - FAR; near <= time + FAR; near += FAR / 2) offsets.add(offset(zone, near));
  const found = [...offsets].map((ahead) => time - ahead).filter((instant) => wall(zone, instant) === time);
  return found.sort((a, b) => a - b);
}

/** The instant at which something opens that opens at this wall-clock time: the first of two, or the end of the gap. */
export const opens = (zone, time) => instants(zone, time)[0] ?? endOfGap(zone, time);

/** The instant at which something closes that closes at this wall-clock time: the second of two, or the end of the gap. */
export const closes = (zone, time) => instants(zone, time).at(-1) ?? endOfGap(zone, time);

/** The first instant after the gap that has this wall-clock time. */
function endOfGap(zone, time) {
  return change(time - FAR, time + FAR, (instant) => wall(zone, instant) > time);
}

/** The first instant in (low, high] at which `has` holds. It does not hold at `low`, holds at `high`, and changes once. */
function change(low, high, has) {
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The changes of the clock after `from` and until `to`: `{at, before, after}`, with the offsets. */
export function changes(zone, from, to) {
  const found = [];
  let [earlier, before] = [from, offset(zone, from)];
  while (earlier < to) {
    const later = Math.min(earlier + HOUR, to);
    const after = offset(zone, later);
    if (after !== before) {
      const at = change(earlier, later, (instant) => offset(zone, instant) !== before);
      found.push({ at, before, after });
    }
    [earlier, before] = [later, after];
  }
  return found;
}

/** Whether the clock has shown the same time before: the instant is in the second part of a fold. */
export function isAgain(zone, instant) {
  const back = offset(zone, instant - 3 * HOUR) - offset(zone, instant);
  return back > 0 && wall(zone, instant - back) === wall(zone, instant);
}

/** `+02:00`, at an instant. */
export function offsetText(zone, instant) {
  const minutes = Math.round(offset(zone, instant) / MINUTE);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '\u2212' : '+'}${two(hours)}:${two(rest)}`;
}

const two = (number) => String(number).padStart(2, '0');

/** `09:30` of a wall-clock time. */
export const clockText = (time) => new Date(time).toISOString().slice(11, 16);

/** `2035-05-14` of a wall-clock time. */
export const dateText = (time) => new Date(time).toISOString().slice(0, 10);

/** The wall-clock time of midnight of `2035-05-14`, or NaN. */
export function midnight(date) {
  const found = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : NaN;
  return Number.isNaN(found) || dateText(found) !== date ? NaN : found;
}

/** Minutes after midnight of `09:30` or `24:00`, or NaN. */
export function minutes(clock) {
  const [, hours, rest] = /^(\d\d):([0-5]\d)$/.exec(clock) ?? [];
  const sum = Number(hours) * 60 + Number(rest);
  return sum <= 24 * 60 ? sum : NaN;
}

/** Days since Monday: 0 to 6. */
export const weekday = (time) => (((Math.floor(time / DAY) + 3) % 7) + 7) % 7;
