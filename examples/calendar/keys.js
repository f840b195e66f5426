// Arrow keys in the week. Tab stops at one item; arrows move between them.

const items = (root) => [...root.querySelectorAll('.day')].map((day) => [...day.querySelectorAll('.item')]);

/** Moves with the keys, once for each `root`. */
export function listen(root) {
  root.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches('.item')) return;
    const next = target(event.key, event.target, items(root));
    if (!next) return;
    event.preventDefault();
    stopAt(root, next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  root.addEventListener('focusin', ({ target }) => target.matches('.item') && stopAt(root, target));
}

/** Tab stops at this item, or else at the first. */
export function stopAt(root, item = root.querySelector('.item')) {
  for (const other of root.querySelectorAll('.item[tabindex="0"]')) other.tabIndex = -1;
  if (item) item.tabIndex = 0;
}

function target(key, from, days) {
  const column = days.findIndex((day) => day.includes(from));
  const day = days[column] ?? [];
  const row = day.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return day[row + 1];
    case 'ArrowUp':
      return day[row - 1];
    case 'Home':
      return day[0];
    case 'End':
      return day.at(-1);
    case 'ArrowRight':
      return nearest(from, days.slice(column + 1).find((other) => other.length));
    case 'ArrowLeft':
      return nearest(from, days.slice(0, column).findLast((other) => other.length));
    default:
      return undefined;
  }
}

/** The item of another day that starts nearest to this one. */
function nearest(from, day = []) {
  const start = (item) => Number(item.style.getPropertyValue('--start'));
  const distance = (item) => Math.abs(start(item) - start(from));
  return day.reduce((best, item) => (best && distance(best) <= distance(item) ? best : item), undefined);
}
