// The token, for a service that checks callers. It stays in this tab.

import { token } from './api.js';
import { byId, el } from './dom.js';
import { closeDialog, field, form, openDialog } from './form.js';
import { advice } from './problem.js';

export function openToken(done) {
  const input = el('textarea', { name: 'token', rows: 4, spellcheck: 'false', autocomplete: 'off', autofocus: true }, token.get());
  const hints = [401, 403].map((status) => el('p', { class: 'hint' }, advice({ status }).split('`').map((part, index) => (index % 2 ? el('code', {}, part) : part))));
  const send = ({ elements }) => {
    token.set(elements.token.value.replace(/^Bearer\s+/i, '').trim());
    byId('token').classList.toggle('on', token.get() !== '');
    closeDialog();
    done();
  };
  openDialog('Token', form([field('Sent with each request of this tab, and kept nowhere else', input), hints], 'Use', send, null));
}
