// Draws a week: an axis of hours, and a column for each day.

import { axis } from './day.js';
import { el, placed } from './dom.js';
import { bookingsItem, slotItem } from './items.js';
import { inLanes } from './lanes.js';
import { today } from './state.js';
import { clock, dayOfMonth, spokenDate, weekdayOf } from './text.js';
import { MINUTE } from './zone.js';

/** The least height of an item in pixels, and the least and greatest of an hour. */
const LEAST = 20;
const HOUR_HEIGHT = { least: 46, most: 240 };

/** `{node, scrollTo, isThinned}` of a week; `on.book(slot)` and `on.open(booking)` are called where one is pressed. */
export function grid(week, on) {
  const shared = axis(week.days);
  const hour = hourHeight(week);
  const least = (LEAST * 60) / hour;
  const columns = week.days.map((day) => column(week, day, shared, least, on));
  const heads = week.days.map((day) => heading(week, day));
  const node = el(
    'div',
    { class: 'week', role: 'group', 'aria-label': 'Days' },
    el('div', { class: 'heads' }, el('span', { class: 'corner' }), heads),
    el('div', { class: 'columns' }, hours(shared), columns),
  );
  placed(node, { minute: `${hour / 60}px`, length: shared.length, days: week.days.length });
  const isThinned = node.querySelectorAll('.slot').length < week.slots.length;
  return { node, scrollTo: (firstMinute(week, shared) * hour) / 60, isThinned };
}

/** High enough that each slot can be pressed, and that some bookings of a class are seen at once. */
function hourHeight({ slots, bookings }) {
  const gaps = slots.slice(1).map((slot, index) => slot.from - slots[index].from);
  const step = Math.min(60 * MINUTE, ...gaps.filter((gap) => gap > 0), ...slots.map(({ from, to }) => to - from));
  const heights = ofOneSpan(bookings).map((one) => (Math.min(4, one.bookings.length) * (LEAST + 2) * 60 * MINUTE) / (one.to - one.from));
  return Math.min(HOUR_HEIGHT.most, Math.max(HOUR_HEIGHT.least, (LEAST * 60 * MINUTE) / step, ...heights));
}

/** Half an hour before the first thing that begins in the week, or before 08:30. */
function firstMinute({ days, open, bookings, view }, shared) {
  const spans = view === 'user' ? bookings : [...open, ...bookings];
  const starts = days.flatMap((day) => spans.filter(({ from }) => from > day.start && from < day.end).map(({ from }) => shared.at(day, from)));
  return Math.max(0, Math.min(starts.length ? Infinity : 8.5 * 60, ...starts) - 30);
}

function heading({ zone }, { date, start, end }) {
  const hours = (end - start) / (60 * MINUTE);
  const isToday = date === today(zone);
  return el(
    'div',
    { class: 'head', 'aria-current': isToday ? 'date' : null },
    el('span', { class: 'weekday' }, weekdayOf(date)),
    el('span', { class: 'date' }, dayOfMonth(date)),
    hours !== 24 && el('span', { class: 'clock-change', title: 'The clock changes on this day.' }, `${hours} h`),
  );
}

function hours(shared) {
  const label = (place, text, isAgain = false) =>
    placed(el('span', { class: isAgain ? 'hour again' : 'hour' }, text), { start: place });
  const text = (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const full = Array.from({ length: 23 }, (_, index) => (index + 1) * 60).map((minute) => label(shared.place(minute, true), text(minute)));
  const again = shared.repeats.map(({ from, start }) => label(start, `${text(from)} again`, true));
  return el('div', { class: 'hours', 'aria-hidden': 'true' }, full, again);
}

function column(week, day, shared, least, on) {
  const within = ({ from, to }) => from < day.end && to > day.start;
  const placeOf = (span) => ({ ...span, start: shared.at(day, span.from), end: shared.at(day, span.to) });
  const layer = (name, spans) => spans.map(({ start, end }) => placed(el('div', { class: name }), { start, end }));
  const spans = (list) => list.filter(within).map(placeOf);

  const bookings = inLanes(ofOneSpan(spans(week.bookings)).map((span) => ({ ...span, end: Math.max(span.end, span.start + least) })));
  const slots = spread(spans(week.slots), least).map((slot) => ({ ...slot, isBeside: bookings.some((one) => one.start < slot.end && one.end > slot.start) }));
  const items = [
    ...bookings.map((one) => ({ start: one.start, node: bookingsItem(week, day, one, on.open) })),
    ...slots.map((one) => ({ start: one.start, node: slotItem(week, day, one, on.book) })),
  ].sort((a, b) => a.start - b.start);

  const now = Date.now();
  const isNow = now >= day.start && now < day.end;
  return el(
    'section',
    { class: 'day', 'aria-label': spokenDate(day.date), 'data-date': day.date },
    layer('open', spans(week.open)),
    layer('missing', shared.missing(day)),
    layer(week.refused.bookings ? 'busy alone' : 'busy', spans(week.busy)),
    isNow && placed(el('div', { class: 'now', title: clock(week.zone, now) }), { start: shared.at(day, now) }),
    items.map(({ node }) => node),
  );
}

/** Bookings of the same span together: `[{from, to, start, end, bookings}]`. */
function ofOneSpan(bookings) {
  const groups = new Map();
  for (const { start, end, ...booking } of bookings) {
    const key = `${booking.from} ${booking.to}`;
    if (!groups.has(key)) groups.set(key, { from: booking.from, to: booking.to, start, end, bookings: [] });
    groups.get(key).bookings.push(booking);
  }
  return [...groups.values()];
}

/** Slots to draw, each at least so high that it can be pressed. Where they start too close together, some are left out. */
function spread(slots, least) {
  const drawn = [];
  for (const slot of slots) {
    const previous = drawn.at(-1);
    // A rounding error is no overlap.
    if (previous && slot.start < previous.start + least - 0.01) continue;
    if (previous) previous.end = Math.min(previous.end, slot.start);
    drawn.push({ ...slot, end: Math.max(slot.end, slot.start + least) });
  }
  return drawn;
}
