// The form for the rules of a resource.

import { setRules } from './api.js';
import { el } from './dom.js';
import { Faulty, closeDialog, field, form, numberInput, numberOf, openDialog, say, textInput } from './form.js';
import { WEEKDAYS } from './hours.js';
import { exceptions, exceptionsText, windows, windowsText } from './rules-text.js';
import { browserZone } from './state.js';

const HOW = 'Write hours as 09:00-12:00, 13:00-17:00.';
const USUAL = '09:00-17:00';

/** Members with a number: name, label, least, most. */
const NUMBERS = [
  ['capacity', 'Seats at the same time', 1, 1000],
  ['slot_minutes', 'Starts every \u2026 minutes', 1, 1440],
  ['min_minutes', 'Shortest booking, minutes', 1, 44_640],
  ['max_minutes', 'Longest booking, minutes', 1, 44_640],
  ['buffer_before_minutes', 'Free before each, minutes', 0, 1440],
  ['buffer_after_minutes', 'Free after each, minutes', 0, 1440],
  ['notice_minutes', 'Booked ahead, minutes at least', 0, 525_600],
  ['horizon_days', 'Booked ahead, days at most', 1, 730],
];

/** Opens the form. `read` are the present rules; `done` is called once others are set. */
export function openRules(resource, read, done) {
  const isNew = read.version === 0;
  const always = el('input', { type: 'checkbox', name: 'always', checked: read.open === null && !isNew });
  const days = WEEKDAYS.map((name, index) => {
    const usual = isNew && index < 5 ? USUAL : '';
    const value = read.open ? windowsText(read.open[name] ?? []) : usual;
    const label = name.replace(/^./, (first) => first.toUpperCase());
    return field(label, textInput(name, value, { placeholder: 'closed' }), { pointer: `/open/${name}` });
  });
  const week = el('div', { class: 'weekdays' }, days);
  const showWeek = () => {
    week.hidden = always.checked;
  };
  always.addEventListener('change', showWeek);
  showWeek();
  const fields = [
    field('Time zone', textInput('time_zone', isNew ? browserZone() : read.time_zone, { list: 'zones', required: true }), { pointer: '/time_zone' }),
    el('datalist', { id: 'zones' }, Intl.supportedValuesOf('timeZone').map((zone) => el('option', { value: zone }))),
    el(
      'fieldset',
      { 'data-pointer': '/open' },
      el('legend', {}, 'Opening hours'),
      el('label', { class: 'choice' }, always, 'Always open'),
      week,
      el('p', { class: 'hint' }, '09:00-12:00, 13:00-17:00. Hours over midnight are written 22:00-06:00.'),
    ),
    field('Other hours on some dates', el('textarea', { name: 'exceptions', rows: 2, placeholder: '2035-12-24 closed\n2035-12-31 09:00-12:00' }, exceptionsText(read.exceptions)), { pointer: '/exceptions', hint: 'One date a line.' }),
    el('div', { class: 'numbers' }, NUMBERS.map(([name, label, least, most]) => field(label, numberInput(name, read[name] ?? '', least, most, { placeholder: 'any' }), { pointer: `/${name}` }))),
  ];
  const send = async ({ elements }) => {
    await setRules(resource, rulesOf(elements), read);
    closeDialog();
    say(`The rules of ${resource} are set.`);
    done();
  };
  openDialog(`Rules of ${resource}`, form(fields, 'Set rules', send, null, el('button', { type: 'button', onclick: closeDialog }, 'Back')));
}

/** The body of the request. What a person wrote and nobody can read is thrown. */
function rulesOf(elements) {
  const found = [];
  const rules = { time_zone: elements.time_zone.value.trim() };
  if (!elements.always.checked) {
    rules.open = {};
    for (const name of WEEKDAYS) {
      const open = windows(elements[name].value);
      if (open === null) found.push({ pointer: `/open/${name}`, text: HOW });
      else if (open.length) rules.open[name] = open;
    }
  }
  rules.exceptions = exceptions(elements.exceptions.value);
  for (const [index, one] of rules.exceptions.entries()) {
    if (one === null) found.push({ pointer: '/exceptions', text: `Line ${index + 1}: write a date, and \u201cclosed\u201d or its hours, as 2035-12-31 09:00-12:00.` });
  }
  for (const [name] of NUMBERS) {
    const value = numberOf(elements[name]);
    if (value !== null) rules[name] = value;
  }
  if (found.length) throw new Faulty(found);
  return rules;
}
