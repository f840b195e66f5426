// Reads what a week, or a day, of a resource or a user holds.

import * as api from './api.js';
import { day } from './day.js';
import { openSpans } from './hours.js';
import { browserZone, dates, today, usualMinutes } from './state.js';
import { DAY, isKnown } from './zone.js';

/** The longest booking: one that is still under way can have started so long ago. */
const LONGEST = 31 * DAY;

const span = ({ start_time: from, end_time: to }) => ({ from: Date.parse(from), to: Date.parse(to) });
const timed = (booking) => ({ ...booking, ...span(booking) });
const overlaps = ({ from, to }, other) => from < other.to && to > other.from;

/** Days, and all that is drawn on them. `notice` is what could not be read, and why. */
export async function load(state, isNarrow) {
  return state.view === 'user' ? loadUser(state, isNarrow) : loadResource(state, isNarrow);
}

/** Whether its bookings are those that were read: one request instead of all. */
export async function isUnchanged(state, week) {
  if (state.view === 'user') return false;
  const { from, to } = week;
  if (week.refused.bookings) return same((await api.busyTimes(state.resource, from, to)).map(span), week.busy);
  return same((await api.bookingsOf(state.resource, from, to)).map(timed), week.bookings);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function daysOf(zone, state, isNarrow) {
  const known = isKnown(zone) ? zone : 'UTC';
  const date = state.date ?? today(known);
  const days = dates(date, isNarrow).map((one) => day(known, one));
  const notice = known === zone ? null : { zone };
  return { zone: known, date, days, from: days[0].start, to: days.at(-1).end, notice };
}

async function loadResource(state, isNarrow) {
  const rules = await api.rulesOf(state.resource);
  const shown = daysOf(rules.time_zone, state, isNarrow);
  const { from, to } = shown;
  const [minutes, seats] = [state.minutes ?? usualMinutes(rules), state.seats ?? 1];
  const [bookings, busy, slots] = await Promise.all([
    readable(api.bookingsOf(state.resource, from, to)),
    api.busyTimes(state.resource, from, to),
    // A time that has begun cannot be booked.
    to <= Date.now() ? { items: [] } : readable(api.slots(state.resource, from, to, minutes, seats)),
  ]);
  return {
    ...shown,
    ...{ view: 'resource', rules, minutes, seats },
    open: openSpans({ ...rules, time_zone: shown.zone }, from, to),
    bookings: bookings.items.map(timed),
    busy: busy.map(span),
    slots: slots.items.map((slot) => ({ ...span(slot), seatsLeft: slot.seats_left })),
    refused: { bookings: bookings.refused, slots: slots.refused },
  };
}

/** Of a user, who has no zone: that of the resource, where one is chosen, or else the browser's. */
async function loadUser(state, isNarrow) {
  const rules = state.resource ? await api.rulesOf(state.resource) : null;
  const shown = daysOf(rules?.time_zone ?? browserZone(), state, isNarrow);
  const found = await api.bookingsOfUser(state.user, shown.from - LONGEST, shown.to);
  const stands = ({ status }) => status === 'held' || status === 'active';
  const within = found.map(timed).filter((booking) => overlaps(booking, shown));
  const bookings = within.filter(stands);
  const notShown = within.length - bookings.length;
  return { ...shown, view: 'user', rules: null, bookings, notShown, open: [shown], busy: [], slots: [], refused: {} };
}

/** A list that not everybody may read, or that the rules do not allow: the rest of the week is shown without it. */
async function readable(list) {
  try {
    return { items: await list };
  } catch (error) {
    if (error instanceof api.Refused && [403, 422].includes(error.status)) return { items: [], refused: error };
    throw error;
  }
}
