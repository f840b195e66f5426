// State of the page in the URL's fragment: a link to it shows the same, and Back goes back.

import { DAY, dateText, midnight, wall, weekday } from './zone.js';

export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Years of four digits, with room for a week after the last: what the API and a date field can have. */
const isShown = (date) => !Number.isNaN(midnight(date)) && date >= '1000-01-01' && date < '9999-01-01';

/** `{view, resource, user, date, minutes, seats}`; `date`, `minutes` and `seats` are null where nothing was chosen. */
export const read = () => parse(location.hash);

export function parse(hash) {
  const given = new URLSearchParams(hash.slice(1));
  const number = (name, most) => {
    const value = Number(given.get(name));
    return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
  };
  const date = given.get('date');
  return {
    view: given.get('view') === 'user' ? 'user' : 'resource',
    resource: given.get('resource') ?? '',
    user: given.get('user') ?? '',
    date: date !== null && isShown(date) ? date : null,
    minutes: number('minutes', 44_640),
    seats: number('seats', 1000),
  };
}

/** Changes some of it, which makes an entry in the history. */
export function change(members) {
  const state = { ...read(), ...members };
  const kept = Object.entries(state).filter(([name, value]) => value && !(name === 'view' && value === 'resource'));
  location.hash = new URLSearchParams(kept).toString();
}

/** Today's date in a zone. */
export const today = (zone) => dateText(wall(zone, Date.now()));

/** The dates to show: the week from Monday on, or one day. */
export function dates(date, isNarrow) {
  if (isNarrow) return [date];
  const monday = midnight(date) - weekday(midnight(date)) * DAY;
  return Array.from({ length: 7 }, (_, index) => dateText(monday + index * DAY));
}

/** The date some days later. */
export const later = (date, days) => dateText(midnight(date) + days * DAY);

/** How long slots are where nobody chose: what the rules say, or half an hour. */
export function usualMinutes({ min_minutes: least, max_minutes: most, slot_minutes: step }) {
  return least ?? Math.min(step ?? 30, most ?? Infinity);
}

/** Ids of users and resources, as the API has them. */
export const isId = (id) => /^(\.*[A-Za-z0-9_:@|+-][A-Za-z0-9._:@|+-]*|\.{3,})$/.test(id) && id.length <= 128;
