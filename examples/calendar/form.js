// Parts of forms: the dialog, fields with their labels, and sending with a sign that it is under way.

import { byId, el } from './dom.js';
import { faults, show } from './problem.js';

/** A field. `pointer` is the member of the request's body that it becomes. */
export function field(label, input, { pointer = null, hint = null, more = null } = {}) {
  return el('div', { class: 'field', 'data-pointer': pointer }, el('label', {}, el('span', { class: 'name' }, label), input), more, hint && el('p', { class: 'hint' }, hint));
}

export const textInput = (name, value, attributes = {}) => el('input', { type: 'text', name, value, autocomplete: 'off', spellcheck: 'false', ...attributes });
export const numberInput = (name, value, least, most, attributes = {}) =>
  el('input', { type: 'number', inputmode: 'numeric', name, value, min: least, max: most, step: 1, ...attributes });

/** A number, or null where the input is empty. */
export const numberOf = (input) => (input.value.trim() === '' ? null : Number(input.value));

/** Opens the dialog. `content` is made anew each time. */
export function openDialog(title, ...content) {
  const dialog = byId('dialog');
  dialog.replaceChildren(
    el('header', {}, el('h2', { id: 'dialog-title' }, title), el('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: closeDialog }, '\u00d7')),
    ...content,
  );
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector('[autofocus]') ?? dialog.querySelector('input, select, textarea, .actions button'))?.focus();
}

export const closeDialog = () => byId('dialog').close();

/** A form with its buttons. `send` is called where it is submitted; what it throws is shown at the fields. */
export function form(fields, label, send, zone, ...buttons) {
  const submit = el('button', { type: 'submit', class: 'main' }, label);
  const node = el('form', { novalidate: true }, fields, el('div', { class: 'actions' }, buttons, submit));
  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    await trying(node, () => send(node), zone);
  });
  return node;
}

/** Runs `work` with the buttons of `node` off, and shows what it throws. */
export async function trying(node, work, zone) {
  const buttons = [...node.querySelectorAll('.actions button')];
  for (const button of buttons) button.disabled = true;
  let found = [];
  try {
    await work();
  } catch (error) {
    found = error instanceof Faulty ? error.faults : faults(error, zone);
  }
  for (const button of buttons) button.disabled = false;
  show(node, found);
}

/** Faults that the form finds itself: what cannot be said in a request. */
export class Faulty extends Error {
  constructor(found) {
    super('the form has faults');
    this.faults = found;
  }
}

let said;

/** Says what was done, also to a screen reader, and no longer than it takes to read. */
export function say(text) {
  clearTimeout(said);
  byId('said').textContent = text;
  said = setTimeout(() => byId('said').replaceChildren(), 8000);
}
