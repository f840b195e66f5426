// When a resource is open: its rules on the wall clock, as spans of time. The service reads them the same way
// (handlers/src/booking/rules/open.rs).

import { DAY, MINUTE, closes, dateText, minutes, opens, wall, weekday } from './zone.js';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The spans in which it is open between two instants, `[{from, to}]`: by start, and those that touch as one. */
export function openSpans({ time_zone: zone, open, exceptions }, from, to) {
  if (!open && exceptions.length === 0) return [{ from, to }];
  const [first, last] = [midnightBefore(wall(zone, from)) - 2 * DAY, midnightBefore(wall(zone, to)) + DAY];
  const openings = [];
  for (let day = first; day <= last; day += DAY) {
    for (const window of windows(open, exceptions, day)) {
      const opening = { from: opens(zone, day + window.from * MINUTE), to: closes(zone, day + window.to * MINUTE) };
      // Where the clock goes back over the end of a window, the next one can have begun.
      const previous = openings.at(-1);
      if (previous) previous.to = Math.min(previous.to, opening.from);
      openings.push(opening);
    }
  }
  return join(openings.map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) })));
}

const midnightBefore = (time) => Math.floor(time / DAY) * DAY;

/** The windows that open on a day, in minutes of the wall clock. */
function windows(open, exceptions, day) {
  const dated = exceptions.find(({ date }) => date === dateText(day))?.open;
  const listed = dated ?? (open ? (open[WEEKDAYS[weekday(day)]] ?? []) : [{ from: '00:00', to: '24:00' }]);
  return listed.map(({ from, to }) => span(minutes(from), minutes(to))).sort((a, b) => a.from - b.from);
}

/** A window that closes before it opens closes on the next day. */
const span = (from, to) => ({ from, to: to < from ? to + 24 * 60 : to });

/** Spans by start, as few as possible; empty ones are left out. */
function join(spans) {
  const joined = [];
  for (const one of spans.filter(({ from, to }) => from < to)) {
    const last = joined.at(-1);
    if (last && one.from <= last.to) last.to = Math.max(last.to, one.to);
    else joined.push({ ...one });
  }
  return joined;
}
