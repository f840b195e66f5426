// Parts of the calendar that need no browser: what a person writes and reads, and where things are drawn.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { inLanes } from "../../examples/calendar/lanes.js";
import { exceptions, exceptionsText, windows, windowsText } from "../../examples/calendar/rules-text.js";
import { dates, isId, later, parse, usualMinutes } from "../../examples/calendar/state.js";
import { dated, lead, left, range, title } from "../../examples/calendar/text.js";

describe("opening hours", () => {
  it("are read as people write them", () => {
    const day = [{ from: "09:00", to: "12:00" }, { from: "13:00", to: "17:30" }];
    for (const text of ["09:00-12:00, 13:00-17:30", "9-12,13-17:30", " 9:00 to 12 ; 13\u201317:30 ", "0900-1200, 1300 - 1730"]) assert.deepEqual(windows(text), day, text);
    assert.deepEqual(["", " ", "closed", "Closed"].map(windows), [[], [], [], []]);
    for (const text of ["9", "9-", "nine to five", "9-12,", "09:00-12:00 13:00-17:00"]) assert.equal(windows(text), null, text);
    assert.deepEqual(windows(windowsText(day)), day);
  });

  it("of a date are a line each", () => {
    const list = [{ date: "2035-12-24", open: [] }, { date: "2035-12-31", open: [{ from: "22:00", to: "06:00" }] }];
    assert.deepEqual(exceptions(exceptionsText(list)), list);
    assert.deepEqual(exceptions("2035-12-24: closed\n\n 2035-12-25\n24.12. closed\n2035-12-26 noon"), [list[0], { date: "2035-12-25", open: [] }, null, null]);
    assert.deepEqual(exceptions(""), []);
  });
});

describe("the URL's fragment", () => {
  it("says what is shown, and nonsense in it says nothing", () => {
    assert.deepEqual(parse("#resource=a%7Cb&user=u&date=2035-05-15&minutes=20&seats=2&view=user"), { view: "user", resource: "a|b", user: "u", date: "2035-05-15", minutes: 20, seats: 2 });
    const nothing = { view: "resource", resource: "", user: "", date: null, minutes: null, seats: null };
    for (const hash of ["", "#", "#date=2035-02-30&minutes=0&seats=1001", "#date=0005-01-01&minutes=x&view=all", "#date=9999-12-31", "#date=%00"]) assert.deepEqual(parse(hash), nothing, hash);
  });

  it("has a week from Monday on, or a day", () => {
    assert.deepEqual(dates("2035-05-20", false), ["2035-05-14", "2035-05-15", "2035-05-16", "2035-05-17", "2035-05-18", "2035-05-19", "2035-05-20"]);
    assert.deepEqual([dates("2035-05-14", false)[0], dates("2035-05-20", true)], ["2035-05-14", ["2035-05-20"]]);
    assert.deepEqual([later("2035-12-31", 1), later("2036-03-01", -1)], ["2036-01-01", "2036-02-29"]);
  });

  it("has ids as the API has them", () => {
    for (const id of ["a", "dr-weber", "a|b:c@d+e_f.g", "...", ".a", "x".repeat(128)]) assert.ok(isId(id), id);
    for (const id of ["", ".", "..", "a b", "a/b", "<b>", "\u00e9", "x".repeat(129)]) assert.ok(!isId(id), id);
  });

  it("leaves the length of free times to the rules", () => {
    const rules = (min_minutes, slot_minutes, max_minutes) => usualMinutes({ min_minutes, slot_minutes, max_minutes });
    assert.deepEqual([rules(20, 30, 50), rules(null, 45, null), rules(null, null, null), rules(null, 60, 50), rules(null, null, 10)], [20, 45, 30, 50, 10]);
  });
});

describe("texts", () => {
  const at = (text) => Date.parse(text);
  const of = (write, from, to) => write("Europe/Berlin", at(from), at(to));

  it("of a span have dates where it is on several days, and midnight ends a day", () => {
    assert.equal(of(range, "2035-05-15T07:00Z", "2035-05-15T07:20Z"), "09:00\u201309:20");
    assert.equal(of(range, "2035-05-15T18:00Z", "2035-05-15T22:00Z"), "20:00\u201324:00");
    assert.equal(of(range, "2035-05-15T20:00Z", "2035-05-16T04:00Z"), "Tue 15 May 22:00 \u2013 Wed 16 May 06:00");
    assert.equal(of(dated, "2035-05-15T07:00Z", "2035-05-15T07:20Z"), "Tue 15 May, 09:00\u201309:20");
    assert.equal(of(dated, "2026-10-25T00:30Z", "2026-10-25T01:30Z"), "Sun 25 Oct, 02:30\u201302:30 again");
  });

  it("count down to nothing and not below", () => {
    assert.deepEqual([3_600_000, 599_001, 1000, 1, 0, -5000].map(left), ["1:00:00", "10:00", "0:01", "0:01", "0:00", "0:00"]);
    assert.deepEqual([60, 900, 3600, 86_400, 90, 61].map(lead), ["1 minute", "15 minutes", "1 hour", "1 day", "90 seconds", "61 seconds"]);
    // Which spaces, differs between versions of ICU.
    assert.equal(title(["2035-04-30", "2035-05-06"]).replace(/\s/g, " "), "30 April \u2013 6 May 2035");
  });
});

describe("lanes", () => {
  it("are beside each other where spans overlap, and whole where none does", () => {
    const spans = [[0, 60], [30, 90], [60, 120], [120, 180], [200, 300], [200, 210], [205, 215]].map(([start, end]) => ({ start, end }));
    const laid = inLanes(spans).map(({ start, end, lane, lanes }) => [start, end, lane, lanes]);
    assert.deepEqual(laid, [[0, 60, 0, 2], [30, 90, 1, 2], [60, 120, 0, 2], [120, 180, 0, 1], [200, 300, 0, 3], [200, 210, 1, 3], [205, 215, 2, 3]]);
    for (const [index, one] of spans.entries()) {
      for (const other of spans.slice(index + 1)) assert.ok(one.end <= other.start || other.end <= one.start || one.lane !== other.lane);
    }
  });
});
