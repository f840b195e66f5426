// Puts overlapping spans beside each other.

/** Gives each span `lane` and `lanes`: those that overlap, directly or through others, share the width. By start. */
export function inLanes(spans) {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  let group = [];
  let end = -Infinity;
  const close = () => {
    const lanes = Math.max(0, ...group.map(({ lane }) => lane + 1));
    for (const one of group) one.lanes = lanes;
    group = [];
  };
  for (const one of sorted) {
    if (one.start >= end) close();
    const taken = new Set(group.filter((other) => other.end > one.start).map(({ lane }) => lane));
    one.lane = 0;
    while (taken.has(one.lane)) one.lane += 1;
    group.push(one);
    end = Math.max(group.length === 1 ? -Infinity : end, one.end);
  }
  close();
  return sorted;
}
