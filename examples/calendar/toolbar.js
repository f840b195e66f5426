// The controls above the week: whose it is, and how long and for how many a free time is.

import { byId } from './dom.js';
import { change } from './state.js';
import { offsetText } from './zone.js';


/** Shows the state, but in no input that a person is at. */
export function showToolbar(state, week) {
  const values = {
    resource: state.resource,
    user: state.user,
    minutes: state.minutes ?? week?.minutes ?? '',
    seats: state.seats ?? week?.seats ?? '',
  };
  for (const [id, value] of Object.entries(values)) {
    if (document.activeElement !== byId(id)) byId(id).value = value;
  }
  for (const radio of document.getElementsByName('view')) radio.checked = radio.value === state.view;
  const isResource = state.view === 'resource';
  byId('looking').hidden = !isResource || !week;
  byId('seats-field').hidden = (week?.rules?.capacity ?? 1) < 2;
  byId('seats').max = week?.rules?.capacity ?? 1;
  byId('rules').hidden = !isResource || !week;
  byId('rules').textContent = week?.rules?.version === 0 ? 'Set opening hours' : 'Rules';
  byId('when').hidden = !week;
  byId('when').classList.toggle('of-user', !isResource);
  byId('zone').textContent = week ? `${week.zone} (UTC${offsetText(week.zone, week.from)})` : '';
}

const trimmed = (id) => byId(id).value.trim();
const number = (id) => (byId(id).checkValidity() && byId(id).value ? Number(byId(id).value) : null);

byId('resource').addEventListener('change', () => change({ resource: trimmed('resource'), view: 'resource', minutes: null, seats: null }));
byId('user').addEventListener('change', () => change({ user: trimmed('user') }));
for (const id of ['minutes', 'seats']) byId(id).addEventListener('change', () => change({ [id]: number(id) }));
for (const radio of document.getElementsByName('view')) radio.addEventListener('change', () => change({ view: radio.value, resource: trimmed('resource'), user: trimmed('user') }));
byId('looking').addEventListener('submit', (event) => event.preventDefault());
byId('whose').addEventListener('submit', (event) => {
  event.preventDefault();
  change({ resource: trimmed('resource'), user: trimmed('user') });
});
