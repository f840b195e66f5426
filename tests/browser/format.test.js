// Tests of times, durations and sizes as the page writes them. They need no browser.

import assert from "node:assert/strict";
import { it } from "node:test";

import { count, duration, relative, size } from "../../local/page/format.js";
import { scale } from "../../local/page/trace.js";

it("a duration has two or three digits and its unit", () => {
  const cases = [[0, "0 ms"], [0.04, "0.04 ms"], [0.5, "0.5 ms"], [1, "1 ms"], [4.21, "4.2 ms"], [9.99, "10 ms"], [18.42, "18 ms"], [100, "100 ms"], [999.4, "999 ms"]];
  cases.push([999.6, "1 s"], [1890, "1.89 s"], [12_345, "12.3 s"], [20_000, "20 s"], [60_000, "1 min 0 s"], [125_000, "2 min 5 s"], [3_600_000, "1 h 0 min"], [null, ""]);
  for (const [milliseconds, text] of cases) assert.equal(duration(milliseconds), text, `${milliseconds}`);
});

it("a moment is told from now, in whole seconds", () => {
  const now = Date.parse("2026-11-24T10:00:00Z");
  const cases = [["2026-11-24T10:00:34Z", "in 34 s"], ["2026-11-24T10:00:00.4Z", "now"], ["2026-11-24T09:57:55Z", "2 min 5 s ago"], ["2026-11-25T10:30:00Z", "in 24 h 30 min"]];
  for (const [time, text] of cases) assert.equal(relative(time, now), text);
});

it("sizes and counts have their units", () => {
  assert.deepEqual([size(1), size(139), size(1536), size(3 * 1024 * 1024)], ["1 byte", "139 bytes", "1.5 KiB", "3 MiB"]);
  assert.deepEqual([count(0, "call"), count(1, "call"), count(2, "call")], ["0 calls", "1 call", "2 calls"]);
});

it("a scale has three to five even steps and room for every bar", () => {
  for (const most of [0, 0.03, 0.1, 1, 3, 7.77, 18.42, 50, 99, 100, 101, 2500, 61_000]) {
    const { step, length } = scale(most);
    const steps = length / step;
    assert.ok(length >= most && steps > 2.99 && steps < 5.01, `${most}: ${step} ${length}`);
    assert.ok(Math.abs(steps - Math.round(steps)) < 1e-6, `${most}: ${step} ${length}`);
  }
});
