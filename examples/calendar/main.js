// The calendar: reads what the URL's fragment says, draws it, and keeps it up to date.

import { token } from './api.js';
import { openBooking } from './book.js';
import { openDetails } from './details.js';
import { byId, el } from './dom.js';
import { grid } from './grid.js';
import { listen, stopAt } from './keys.js';
import { Poll } from './poll.js';
import { advice, faults } from './problem.js';
import { openRules } from './rules.js';
import { change, isId, later, read, today } from './state.js';
import { left, title } from './text.js';
import { openToken } from './token.js';
import { showToolbar } from './toolbar.js';
import { isUnchanged, load } from './week.js';

const narrow = matchMedia('(max-width: 600px)');

/** How often all is read, and not only the bookings: rules change rarely. */
const WHOLE = 60_000;

/** What is drawn: the week, of which state, when it was read, and its data as text, to draw only what differs. */
const NOTHING = { week: null, of: '', place: '', read: 0, data: '' };
let drawn = NOTHING;
/** Counts loads, so that an answer that was overtaken is dropped. */
let latest = 0;

const of = (state) => JSON.stringify([state, narrow.matches]);

async function refresh(isPolled = false) {
  latest += 1;
  const mine = latest;
  const state = read();
  const chosen = state.view === 'user' ? state.user : state.resource;
  document.title = chosen ? `${chosen} \u2013 Calendar` : 'Calendar';
  if (!chosen) {
    notice([]);
    clear(state, byId('empty').content.cloneNode(true));
    return;
  }
  const wrong = [state.resource, chosen].find((id) => id && !isId(id));
  if (wrong) {
    notice([`\u201c${wrong}\u201d is no id: it has up to 128 letters, digits, and characters of . _ : @ | + -`]);
    clear(state);
    return;
  }
  try {
    if (isPolled && drawn.of === of(state) && Date.now() - drawn.read < WHOLE && (await isUnchanged(state, drawn.week))) return;
    const week = await load(state, narrow.matches);
    if (mine === latest) draw(state, week);
  } catch (error) {
    if (mine !== latest) return;
    if (drawn.of !== of(state)) clear(state);
    // The next reading is a whole one, which removes the notice.
    drawn = { ...drawn, read: 0 };
    notice(faults(error).map(({ text }) => text));
  }
}

/** Removes the week that was drawn. */
function clear(state, ...instead) {
  drawn = NOTHING;
  showToolbar(state, null);
  byId('calendar').replaceChildren(...instead);
}

function draw(state, week) {
  const place = JSON.stringify([state.view, state.resource, week.days.map(({ date }) => date)]);
  const now = { week, of: of(state), place, read: Date.now(), data: JSON.stringify(week) };
  const before = drawn;
  // Drawn again each minute, for the line of the present time.
  if (now.of === before.of && now.data === before.data && now.read - before.read < WHOLE) {
    drawn = { ...now, isThinned: before.isThinned };
    notice(notices(drawn));
    return;
  }
  const scroller = byId('calendar');
  const [top, key] = [scroller.scrollTop, document.activeElement?.dataset?.key];
  const { node, scrollTo, isThinned } = grid(week, {
    book: (slot) => openBooking(week, state, slot, (user) => (state.user ? poll.now() : change({ user }))),
    open: (booking) => openDetails(week, booking, () => poll.now()),
  });
  drawn = { ...now, isThinned };
  notice(notices(drawn));
  showToolbar(state, week);
  byId('title').textContent = title(week.days.map(({ date }) => date));
  scroller.replaceChildren(node);
  scroller.scrollTop = place === before.place ? top : scrollTo;
  const focused = key && [...node.querySelectorAll('.item')].find((item) => item.dataset.key === key);
  stopAt(node, focused || undefined);
  focused?.focus({ preventScroll: true });
}

/** What cannot be shown, and what to do about it. */
function notices({ week, isThinned }) {
  const { notice: unknown, refused, minutes, notShown, open, days, view, rules } = week;
  const found = [];
  if (unknown) found.push(`This browser does not know the time zone ${unknown.zone}: times are in UTC.`);
  if (refused.bookings) found.push(`Who has booked is not shown. ${advice(refused.bookings) ?? refused.bookings.message}`);
  if (refused.slots) found.push(`No free times of ${minutes} minutes: ${faults(refused.slots).map(({ text }) => text).join('; ')}.`);
  if (isThinned) found.push('More times are free than can be drawn: press one near the time that is wanted, and change its start.');
  if (notShown) found.push(`${notShown} cancelled or lapsed ${notShown === 1 ? 'one is' : 'ones are'} not shown.`);
  if (view === 'resource' && rules.open && open.length === 0) found.push(days.length === 1 ? 'Closed on this day.' : 'Closed for the whole of this week.');
  return found;
}

function notice(texts) {
  const node = byId('notices');
  if (node.dataset.shown === JSON.stringify(texts)) return;
  node.dataset.shown = JSON.stringify(texts);
  node.replaceChildren(...texts.map((text) => el('p', {}, text.split('`').map((part, index) => (index % 2 ? el('code', {}, part) : part)))));
}

/** Counts down what is held. What has lapsed is gone from the page at once. */
function tick() {
  let isLapsed = false;
  for (const node of document.querySelectorAll('[data-expires]')) {
    const rest = Number(node.dataset.expires) - Date.now();
    node.textContent = left(rest);
    if (rest > 0) continue;
    const item = node.closest('.item');
    isLapsed ||= item !== null;
    item?.remove();
  }
  if (isLapsed) poll.now();
}

const poll = new Poll(refresh);

function move(days) {
  const date = drawn.week?.date ?? today('UTC');
  change({ date: later(date, days * (narrow.matches ? 1 : 7)) });
}

byId('previous').addEventListener('click', () => move(-1));
byId('next').addEventListener('click', () => move(1));
byId('today').addEventListener('click', () => change({ date: null }));
byId('rules').addEventListener('click', () => drawn.week?.rules && openRules(read().resource, drawn.week.rules, () => poll.now()));
byId('token').addEventListener('click', () => openToken(() => poll.now()));
byId('token').classList.toggle('on', token.get() !== '');
document.querySelector('.top [aria-current]').scrollIntoView({ block: 'nearest', inline: 'center' });
listen(byId('calendar'));
narrow.addEventListener('change', () => poll.now());
addEventListener('hashchange', () => poll.now());
setInterval(tick, 1000);
poll.now();

