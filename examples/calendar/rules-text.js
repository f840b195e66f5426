// Opening hours as a person writes them: `09:00-12:00, 13:00-17:00`.

const WINDOW = /^(\d{1,2}):?(\d{2})?\s*(?:-|\u2013|to)\s*(\d{1,2}):?(\d{2})?$/;
const DATED = /^(\d{4}-\d{2}-\d{2})\s*:?\s*(.*)$/;

/** The windows of `09:00-12:00, 13-17`, none of an empty text or `closed`; null where it cannot be read. */
export function windows(text) {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '' || trimmed === 'closed') return [];
  const found = trimmed.split(/\s*[,;]\s*/).map((part) => WINDOW.exec(part));
  if (found.some((match) => !match)) return null;
  return found.map(([, from, fromMinute = '00', to, toMinute = '00']) => ({ from: `${from.padStart(2, '0')}:${fromMinute}`, to: `${to.padStart(2, '0')}:${toMinute}` }));
}

export const windowsText = (list) => list.map(({ from, to }) => `${from}-${to}`).join(', ');

/** The exceptions of lines such as `2026-12-24 closed`; null for a line that cannot be read. */
export function exceptions(text) {
  const lines = text.split('\n').filter((line) => line.trim());
  return lines.map((line) => {
    const [, date, rest] = DATED.exec(line.trim()) ?? [];
    const open = date && windows(rest);
    return open ? { date, open } : null;
  });
}

export const exceptionsText = (list) => list.map(({ date, open }) => `${date} ${open.length ? windowsText(open) : 'closed'}`).join('\n');
