// Dates and times for people, in a zone.

import { clockText, dateText, isAgain, midnight, wall } from './zone.js';

const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
const short = format({ weekday: 'short', day: 'numeric', month: 'short' });
const long = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const span = format({ day: 'numeric', month: 'long', year: 'numeric' });
const weekdayName = format({ weekday: 'short' });
const spoken = format({ weekday: 'long', day: 'numeric', month: 'long' });

export const shortDate = (date) => short.format(midnight(date)).replace(',', '');
export const longDate = (date) => long.format(midnight(date));
export const spokenDate = (date) => spoken.format(midnight(date));
export const weekdayOf = (date) => weekdayName.format(midnight(date));
export const dayOfMonth = (date) => String(new Date(midnight(date)).getUTCDate());
export const title = (dates) => (dates.length === 1 ? long.format(midnight(dates[0])) : span.formatRange(midnight(dates[0]), midnight(dates.at(-1))));

/** `09:30`, in the zone; `02:30 again` where the clock has shown it before. */
export const clock = (zone, instant) => clockText(wall(zone, instant)) + (isAgain(zone, instant) ? ' again' : '');

/** `09:30 to 10:00`, with dates where the end is on another day than the start. */
export function range(zone, from, to) {
  const [start, end] = [from, to].map((instant) => dateText(wall(zone, instant)));
  // Midnight is the end of the day before.
  const lastDay = dateText(wall(zone, to) - 1);
  if (start === lastDay) return `${clock(zone, from)}\u2013${end === start ? clock(zone, to) : '24:00'}`;
  return `${shortDate(start)} ${clock(zone, from)} \u2013 ${shortDate(end)} ${clock(zone, to)}`;
}

/** `Tue 15 May, 09:00–09:30`. */
export function dated(zone, from, to) {
  const text = range(zone, from, to);
  return text.includes(' \u2013 ') ? text : `${shortDate(dateText(wall(zone, from)))}, ${text}`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** `9:41` or `1:00:00` that are left. */
export function left(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value) => String(value).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `15 minutes`, `2 hours`, `1 day`, of seconds. */
export function lead(seconds) {
  for (const [unit, name] of [[86_400, 'day'], [3600, 'hour'], [60, 'minute']]) {
    if (seconds % unit === 0) return count(seconds / unit, name);
  }
  return count(seconds, 'second');
}
