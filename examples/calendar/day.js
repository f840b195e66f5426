// One day of a calendar, and the axis that the days of a week share.
//
// A day in which the clock changes has 23 or 25 hours. The axis is the wall clock from 00:00 to 24:00, with the time
// that some day has twice twice. So every instant of every day has one place, and equal times are side by side.

import { DAY, MINUTE, changes, midnight, opens, wall } from './zone.js';

/** `{date, start, end, gaps, folds}`: its first instant, that of the next day, and the wall-clock minutes that it lacks or has twice. */
export function day(zone, date) {
  const first = midnight(date);
  const [start, end] = [opens(zone, first), opens(zone, first + DAY)];
  const [gaps, folds] = [[], []];
  // A change at midnight itself is of the day that loses the time, or has it twice.
  for (const { at, before, after } of changes(zone, start - MINUTE, end)) {
    const [from, to] = [at + Math.min(before, after) - first, at + Math.max(before, after) - first].map((time) => time / MINUTE);
    if (to <= 0 || from >= DAY / MINUTE) continue;
    const within = { from: Math.max(0, from), to: Math.min(DAY / MINUTE, to), at };
    (after > before ? gaps : folds).push(within);
  }
  return { zone, date, first, start, end, gaps, folds };
}

/** The axis of some days: its length in minutes, and places of instants and of wall-clock times on it. */
export function axis(days) {
  const inserted = new Map();
  for (const { from, to } of days.flatMap(({ folds }) => folds)) {
    inserted.set(to, Math.max(inserted.get(to) ?? 0, to - from));
  }
  const repeats = [...inserted].map(([at, length]) => ({ at, length })).sort((a, b) => a.at - b.at);
  const lengthBefore = (minute, isAfter) => repeats.filter(({ at }) => (isAfter ? at <= minute : at < minute)).reduce((sum, { length }) => sum + length, 0);
  /** Of a minute of the wall clock: with `isAfter`, behind the repeated time that ends there. */
  const place = (minute, isAfter = true) => minute + lengthBefore(minute, isAfter);
  return {
    length: place(DAY / MINUTE),
    place,
    repeats: repeats.map(({ at, length }) => ({ from: at - length, to: at, start: place(at, false), length })),
    /** Of an instant within a day; one outside is at the day's edge. */
    at(day, instant) {
      if (instant <= day.start) return place((wall(day.zone, day.start) - day.first) / MINUTE, false);
      if (instant >= day.end) return place(DAY / MINUTE);
      const minute = Math.max(0, (wall(day.zone, instant) - day.first) / MINUTE);
      const fold = day.folds.find(({ from, to, at }) => instant >= at && minute >= from && minute < to);
      return fold ? place(fold.to, false) + minute - fold.from : place(minute);
    },
    /** The parts that a day does not have: `[{start, end}]`. */
    missing(day) {
      const gaps = day.gaps.map(({ from, to }) => ({ start: place(from), end: place(to, false) }));
      const others = repeats.filter(({ at }) => !day.folds.some(({ to }) => to === at));
      return [...gaps, ...others.map(({ at, length }) => ({ start: place(at, false), end: place(at, false) + length }))];
    },
  };
}
