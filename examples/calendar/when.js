// A start on the wall clock, as a date and a time, and which of two where the clock shows it twice.

import { el } from './dom.js';
import { Faulty, field } from './form.js';
import { longDate } from './text.js';
import { MINUTE, clockText, dateText, instants, midnight, minutes, offsetText, wall } from './zone.js';

/** `{node, instant()}`. What `instant` throws is shown at the field. */
export function startField(zone, start) {
  const shown = wall(zone, start);
  const date = el('input', { type: 'date', name: 'date', value: dateText(shown), required: true, 'aria-label': 'Date' });
  const time = el('input', { type: 'time', name: 'time', value: clockText(shown), required: true, 'aria-label': 'Time' });
  const which = el('select', { name: 'which', 'aria-label': 'Which of the two', hidden: true });
  const node = field('Start', date, { pointer: '/start_time', more: [time, which] });
  node.classList.add('start');
  const choices = () => instants(zone, midnight(date.value) + minutes(time.value) * MINUTE);
  const choose = () => {
    const isSame = date.value === dateText(shown) && time.value === clockText(shown);
    const found = Number.isNaN(midnight(date.value) + minutes(time.value)) ? [] : choices();
    which.hidden = found.length < 2;
    const nearest = isSame ? found.findLast((instant) => instant <= start) : found[0];
    const names = ['first', 'second'];
    which.replaceChildren(
      ...found.map((value, index) => el('option', { value, selected: value === nearest }, `the ${names[index]}, UTC${offsetText(zone, value)}`)),
    );
  };
  for (const input of [date, time]) input.addEventListener('input', choose);
  choose();

  const instant = () => {
    const wanted = midnight(date.value) + minutes(time.value) * MINUTE;
    if (Number.isNaN(wanted)) throw fault('Enter a date and a time.');
    if (!which.value) throw fault(`The clock leaps over ${time.value} on ${longDate(date.value)}: this time does not exist.`);
    // A start with seconds, which the field does not show, is kept.
    const rest = wanted === shown - (shown % MINUTE) ? shown % MINUTE : 0;
    return Number(which.value) + rest;
  };
  return { node, instant };
}

const fault = (text) => new Faulty([{ pointer: '/start_time', text }]);
