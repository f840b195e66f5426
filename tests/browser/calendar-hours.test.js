// The calendar"s wall clocks, days and opening hours, at the places where clocks change. No browser is needed.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { axis, day } from "../../examples/calendar/day.js";
import { openSpans } from "../../examples/calendar/hours.js";
import { HOUR, changes, closes, instants, isAgain, isKnown, midnight, minutes, offsetText, opens, wall } from "../../examples/calendar/zone.js";

const at = (text) => Date.parse(text);
const clock = (text) => Date.parse(`${text}Z`);
const iso = (instant) => new Date(instant).toISOString().replace(":00.000Z", "Z");

describe("wall clocks", () => {
  const cases = [
    // [zone, wall clock, instants]
    ["Europe/Berlin", "2035-05-14T09:00", ["2035-05-14T07:00Z"]],
    ["Europe/Berlin", "2026-03-29T02:30", []],
    ["Europe/Berlin", "2026-03-29T03:00", ["2026-03-29T01:00Z"]],
    ["Europe/Berlin", "2026-10-25T02:00", ["2026-10-25T00:00Z", "2026-10-25T01:00Z"]],
    ["Europe/Berlin", "2026-10-25T03:00", ["2026-10-25T02:00Z"]],
    ["America/New_York", "2026-03-08T02:00", []],
    ["America/New_York", "2026-11-01T01:59", ["2026-11-01T05:59Z", "2026-11-01T06:59Z"]],
    ["America/New_York", "2026-11-01T02:00", ["2026-11-01T07:00Z"]],
    ["Asia/Kathmandu", "2026-01-01T00:00", ["2025-12-31T18:15Z"]],
    ["Australia/Lord_Howe", "2026-04-05T01:45", ["2026-04-04T14:45Z", "2026-04-04T15:15Z"]],
    ["Australia/Lord_Howe", "2026-10-04T02:15", []],
    ["Australia/Lord_Howe", "2026-10-04T02:30", ["2026-10-03T15:30Z"]],
    ["Africa/Cairo", "2026-04-24T00:30", []],
    ["America/Havana", "2026-11-01T00:30", ["2026-11-01T04:30Z", "2026-11-01T05:30Z"]],
    ["America/Santiago", "2026-04-04T23:30", ["2026-04-05T02:30Z", "2026-04-05T03:30Z"]],
    ["Pacific/Apia", "2011-12-30T12:00", []],
    ["Pacific/Kiritimati", "2026-06-01T12:00", ["2026-05-31T22:00Z"]],
    ["UTC", "1969-12-31T23:59", ["1969-12-31T23:59Z"]],
  ];
  for (const [zone, time, expected] of cases) {
    it(`${zone} shows ${time} ${expected.length} times`, () => {
      assert.deepEqual(instants(zone, clock(time)).map(iso), expected);
      for (const instant of expected) assert.equal(wall(zone, at(instant)), clock(time));
    });
  }

  it("opens at the first and closes at the second of two, and both at the end of a gap", () => {
    assert.equal(iso(opens("Europe/Berlin", clock("2026-10-25T02:30"))), "2026-10-25T00:30Z");
    assert.equal(iso(closes("Europe/Berlin", clock("2026-10-25T02:30"))), "2026-10-25T01:30Z");
    for (const read of [opens, closes]) {
      assert.equal(iso(read("Europe/Berlin", clock("2026-03-29T02:30"))), "2026-03-29T01:00Z");
      assert.equal(iso(read("Australia/Lord_Howe", clock("2026-10-04T02:15"))), "2026-10-03T15:30Z");
      assert.equal(iso(read("Pacific/Apia", clock("2011-12-30T12:00"))), "2011-12-30T10:00Z");
    }
  });

  it("say of a time whether they have shown it before", () => {
    const again = (zone, ...times) => times.map((time) => isAgain(zone, at(time)));
    assert.deepEqual(again("Europe/Berlin", "2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:59Z", "2026-10-25T02:00Z"), [false, true, true, false]);
    assert.deepEqual(again("Australia/Lord_Howe", "2026-04-04T14:59Z", "2026-04-04T15:00Z", "2026-04-04T15:30Z"), [false, true, false]);
    assert.deepEqual(again("Europe/Berlin", "2026-03-29T01:00Z"), [false]);
  });

  it("change at the instants of the zone database", () => {
    const found = changes("Europe/Berlin", at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
    assert.deepEqual(found.map(({ at, before, after }) => [iso(at), before / HOUR, after / HOUR]), [
      ["2026-03-29T01:00Z", 1, 2],
      ["2026-10-25T01:00Z", 2, 1],
    ]);
  });

  it("are written and read", () => {
    assert.deepEqual([offsetText("Asia/Kathmandu", 0), offsetText("America/St_Johns", at("2026-01-01T00:00Z"))], ["+05:30", "\u221203:30"]);
    assert.deepEqual(["09:30", "24:00", "24:01", "9:30", "09:60", ""].map(minutes), [570, 1440, NaN, NaN, NaN, NaN]);
    assert.deepEqual(["2026-02-28", "2026-02-29", "2026-2-1", "x"].map((date) => Number.isNaN(midnight(date))), [false, true, true, true]);
    assert.deepEqual([isKnown("Europe/Berlin"), isKnown("Europe/Nowhere")], [true, false]);
  });
});

describe("days", () => {
  const lengths = [
    ["Europe/Berlin", "2026-03-29", 23],
    ["Europe/Berlin", "2026-10-25", 25],
    ["Europe/Berlin", "2026-10-26", 24],
    ["Australia/Lord_Howe", "2026-04-05", 24.5],
    ["Australia/Lord_Howe", "2026-10-04", 23.5],
    ["Africa/Cairo", "2026-04-24", 23],
    ["America/Santiago", "2026-04-04", 25],
    ["Pacific/Apia", "2011-12-30", 0],
  ];
  for (const [zone, date, hours] of lengths) {
    it(`${date} in ${zone} has ${hours} hours`, () => {
      const { start, end, gaps, folds } = day(zone, date);
      assert.equal((end - start) / HOUR, hours);
      const sum = (spans) => spans.reduce((total, { from, to }) => total + to - from, 0) / 60;
      assert.equal(24 - sum(gaps) + sum(folds), hours);
    });
  }

  it("have a place for every instant, equal times side by side", () => {
    const days = ["2026-10-24", "2026-10-25"].map((date) => day("Europe/Berlin", date));
    const shared = axis(days);
    assert.equal(shared.length, 25 * 60);
    const place = (index, text) => shared.at(days[index], at(text)) / 60;
    assert.deepEqual(["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"].map((text) => place(1, text)), [2.5, 3, 3.5, 4]);
    assert.deepEqual(["2026-10-24T00:30+02:00", "2026-10-24T02:59+02:00", "2026-10-24T09:00+02:00"].map((text) => place(0, text)), [0.5, 2 + 59 / 60, 10]);
    assert.equal(place(1, "2026-10-25T09:00+01:00"), 10);
    assert.deepEqual(shared.missing(days[0]), [{ start: 180, end: 240 }]);
    assert.deepEqual(shared.missing(days[1]), []);
  });

  it("show what a day does not have", () => {
    const days = ["2026-03-29"].map((date) => day("Europe/Berlin", date));
    const shared = axis(days);
    assert.deepEqual([shared.length, shared.missing(days[0])], [24 * 60, [{ start: 120, end: 180 }]]);
    assert.deepEqual([shared.at(days[0], days[0].start), shared.at(days[0], days[0].end), shared.at(days[0], at("2026-03-29T01:00Z"))], [0, 1440, 180]);
  });
});

describe("opening hours", () => {
  const rules = (more) => ({ time_zone: "Europe/Berlin", open: null, exceptions: [], ...more });
  const spans = (given, from, to) => openSpans(given, at(from), at(to)).map(({ from, to }) => `${iso(from)}/${iso(to)}`);
  const nine = [{ from: "09:00", to: "17:00" }];

  it("are all of the time where there are none", () => {
    assert.deepEqual(spans(rules(), "2026-10-20T00:00Z", "2026-10-27T00:00Z"), ["2026-10-20T00:00Z/2026-10-27T00:00Z"]);
    const closed = rules({ exceptions: [{ date: "2026-10-21", open: [] }] });
    assert.deepEqual(spans(closed, "2026-10-20T00:00Z", "2026-10-23T00:00Z"), ["2026-10-20T00:00Z/2026-10-20T22:00Z", "2026-10-21T22:00Z/2026-10-23T00:00Z"]);
  });

  it("are those of the weekday, or of the date", () => {
    const given = rules({ open: { monday: nine, tuesday: nine }, exceptions: [{ date: "2035-05-14", open: [] }, { date: "2035-05-16", open: [{ from: "10:00", to: "11:00" }] }] });
    assert.deepEqual(spans(given, "2035-05-13T22:00Z", "2035-05-20T22:00Z"), ["2035-05-15T07:00Z/2035-05-15T15:00Z", "2035-05-16T08:00Z/2035-05-16T09:00Z"]);
  });

  it("run over midnight, and windows that touch are one span", () => {
    const night = rules({ open: { friday: [{ from: "22:00", to: "06:00" }], saturday: [{ from: "06:00", to: "24:00" }], sunday: [{ from: "00:00", to: "01:00" }] } });
    assert.deepEqual(spans(night, "2035-05-17T22:00Z", "2035-05-20T22:00Z"), ["2035-05-18T20:00Z/2035-05-19T23:00Z"]);
    // The week begins within a window of the day before.
    assert.deepEqual(spans(night, "2035-05-19T00:00Z", "2035-05-19T03:00Z"), ["2035-05-19T00:00Z/2035-05-19T03:00Z"]);
  });

  it("have the real length of the day on which the clock changes", () => {
    const early = rules({ open: { sunday: [{ from: "01:00", to: "04:00" }] } });
    assert.deepEqual(spans(early, "2026-03-28T12:00Z", "2026-03-29T12:00Z"), ["2026-03-29T00:00Z/2026-03-29T02:00Z"]);
    assert.deepEqual(spans(early, "2026-10-24T12:00Z", "2026-10-25T12:00Z"), ["2026-10-24T23:00Z/2026-10-25T03:00Z"]);
    const within = rules({ open: { sunday: [{ from: "02:10", to: "02:50" }] } });
    assert.deepEqual(spans(within, "2026-03-28T12:00Z", "2026-03-29T12:00Z"), []);
    assert.deepEqual(spans(within, "2026-10-24T12:00Z", "2026-10-25T12:00Z"), ["2026-10-25T00:10Z/2026-10-25T01:50Z"]);
  });
});
