// The week of the calendar: days on which the clock changes, users, long lists, keyboard, narrow windows, colours.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { openSpans } from "../../examples/calendar/hours.js";
import { CLINIC, booked, booking, closed, dialog, fault, openCalendar, press, setRules, slot } from "./support/calendar.js";
import { contrasts } from "./support/contrast.js";
import { picture } from "./support/picture.js";
import { setup } from "./support/setup.js";
import { until } from "./support/until.js";

const WEEK = { date: "2035-05-15" };
const NIGHT = { time_zone: "Europe/Berlin", open: { saturday: [{ from: "20:00", to: "04:00" }] }, slot_minutes: 30, min_minutes: 30 };

describe("the calendar's week", () => {
  const the = setup();
  after(() => the.browser?.assertQuiet());

  it("has the hour twice that the clock shows twice, and books each of the two", async () => {
    await setRules(the, "autumn", NIGHT);
    const page = await openCalendar(the, { resource: "autumn", user: "alice", date: "2035-10-28" });
    assert.equal(await page.locator(".head", { hasText: "Sun" }).innerText().then((text) => text.split(/\s+/).join(" ")), "Sun 28 25 h");
    assert.deepEqual(await page.locator(".hour.again").allInnerTexts(), ["02:00 again"]);
    const sunday = page.locator('[data-date="2035-10-28"]');
    assert.deepEqual(await sunday.locator("[data-slot] .when").allInnerTexts(), ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "02:00 again", "02:30 again", "03:00", "03:30"]);
    const top = (start) => slot(page, start).evaluate((node) => node.getBoundingClientRect().top);
    assert.ok((await top("2035-10-28T01:00Z")) > (await top("2035-10-28T00:30Z")), "the second is below the first");

    await slot(page, "2035-10-28T01:00Z").click();
    assert.equal(await dialog(page).getByLabel("Which of the two").locator("option:checked").innerText(), "the second, UTC+01:00");
    await press(page, "Book");
    await closed(page);
    const [made] = await the.service.json("/users/alice/bookings?from=2035-10-28T00:00:00Z&to=2035-10-29T00:00:00Z");
    assert.deepEqual([made.start_time, made.end_time], ["2035-10-28T01:00:00Z", "2035-10-28T01:30:00Z"]);
    await booking(page, made).waitFor();
    assert.equal(await booking(page, made).locator(".when").innerText(), "02:00 again\u201302:30 again");
    await slot(page, "2035-10-28T00:00Z").waitFor();
  });

  it("lacks the hour that the clock leaps over, and books nothing in it", async () => {
    await setRules(the, "spring", NIGHT);
    const page = await openCalendar(the, { resource: "spring", user: "alice", date: "2035-03-25" });
    const sunday = page.locator('[data-date="2035-03-25"]');
    assert.match(await page.locator(".head", { hasText: "Sun" }).innerText(), /23 h/);
    assert.deepEqual(await sunday.locator("[data-slot] .when").allInnerTexts(), ["00:00", "00:30", "01:00", "01:30", "03:00", "03:30"]);
    assert.equal(await sunday.locator(".missing").count(), 1);
    await slot(page, "2035-03-25T01:00Z").click();
    await dialog(page).getByLabel("Time").fill("02:30");
    await press(page, "Book");
    assert.match(await fault(page, "/start_time").innerText(), /^The clock leaps over 02:30 on Sunday,? 25 March 2035: this time does not exist\.$/);
    await page.keyboard.press("Escape");
  });

  it("draws as open the times that the service offers, and no others", async () => {
    const always = { from: "00:00", to: "24:00" };
    const zones = { "Europe/Berlin": "2035-10-26", "Australia/Lord_Howe": "2035-03-30", "America/New_York": "2035-03-09", "Asia/Kathmandu": "2035-05-11", "Africa/Cairo": "2035-04-27" };
    for (const [zone, friday] of Object.entries(zones)) {
      const rules = {
        time_zone: zone,
        open: { friday: [always], saturday: [{ from: "00:10", to: "00:50" }, { from: "01:50", to: "02:20" }, { from: "22:00", to: "02:10" }], sunday: [{ from: "02:20", to: "05:00" }] },
        exceptions: [{ date: friday, open: [{ from: "23:00", to: "00:10" }] }],
        slot_minutes: 5,
        min_minutes: 5,
      };
      const name = zone.replace("/", "-");
      await setRules(the, name, rules);
      const [from, to] = [-24, 96].map((hours) => Date.parse(`${friday}T00:00Z`) + hours * 3_600_000);
      const spans = openSpans(rules, from, to);
      const offered = await the.service.json(`/resources/${name}/slots?from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`);
      const starts = offered.map(({ start_time: start }) => Date.parse(start));
      const drawn = spans.flatMap((span) => Array.from({ length: (span.to - span.from) / 300_000 }, (_, index) => span.from + index * 300_000));
      assert.ok(starts.length > 20, zone);
      assert.deepEqual(starts.filter((start) => start < to), drawn, zone);
    }
  });

  it("shows a user's week, all pages of a long list, and what is booked elsewhere", async () => {
    await setRules(the, "hall", { capacity: 1000 });
    const times = Array.from({ length: 105 }, (_, index) => new Date(Date.parse("2035-05-14T00:00Z") + index * 3_600_000).toISOString());
    for (const time of times) await booked(the, "hall", time, 60, { user_id: "busy-bee" });
    const overnight = await booked(the, "room", "2035-05-11T09:00Z", 72 * 60, { user_id: "busy-bee" });
    const page = await openCalendar(the, { view: "user", user: "busy-bee", ...WEEK }, { timezoneId: "UTC" });
    await page.locator(".booking").nth(105).waitFor();
    assert.equal(await page.locator(".booking").count(), 106);
    assert.equal(await booking(page, overnight).innerText(), "room\nFri 11 May 09:00 \u2013 Mon 14 May 09:00");
    const later = await booked(the, "room", "2035-05-19T09:00Z", 60, { user_id: "busy-bee" });
    await booking(page, later).waitFor();

    const hall = await openCalendar(the, { resource: "hall", minutes: 60, ...WEEK });
    await hall.locator(".booking").nth(104).waitFor();
    assert.equal(await hall.locator(".booking").count(), 105);
  });

  it("works by keyboard: arrows move, Enter opens, Escape goes back to the same place", async () => {
    await setRules(the, "keys", CLINIC);
    const page = await openCalendar(the, { resource: "keys", user: "alice", ...WEEK });
    const focused = () => page.evaluate(() => document.activeElement.dataset.slot ?? document.activeElement.dataset.booking);
    await page.locator("#next").focus();
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "2035-05-15T07:00:00.000Z", "Tab stops once in the week, at its first item");
    for (const [key, expected] of [["ArrowDown", "15T07:30"], ["ArrowDown", "15T08:00"], ["ArrowRight", "16T08:00"], ["ArrowUp", "16T07:30"], ["End", "16T14:30"], ["ArrowLeft", "15T14:30"], ["Home", "15T07:00"], ["ArrowUp", "15T07:00"], ["ArrowLeft", "15T07:00"]]) {
      await page.keyboard.press(key);
      assert.equal(await focused(), `2035-05-${expected}:00.000Z`, key);
    }
    const outline = () => page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(await outline(), "solid");
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    await page.keyboard.press("Escape");
    await closed(page);
    assert.equal(await focused(), "2035-05-15T07:00:00.000Z");

    // An element that is drawn anew keeps the focus.
    await page.keyboard.press("ArrowDown");
    const made = await booked(the, "keys", "2035-05-15T09:00+02:00", 20);
    await booking(page, made).waitFor();
    assert.equal(await focused(), "2035-05-15T07:30:00.000Z");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), made.booking_id);
    assert.match(await booking(page, made).getAttribute("aria-label"), /^Booking, alice, Tuesday,? 15 May, 09:00/);
    const unnamed = await page.locator("button, input, select, a").evaluateAll((nodes) => nodes.filter((node) => !(node.ariaLabel || node.innerText?.trim() || node.labels?.[0]?.innerText.trim() || node.labels?.[0]?.textContent.trim())).map((node) => node.outerHTML));
    assert.deepEqual(unnamed, []);
  });

  it("shows one day in a narrow window, without scrolling sideways", async () => {
    await setRules(the, "narrow", CLINIC);
    const page = await openCalendar(the, { resource: "narrow", user: "alice", ...WEEK }, { viewport: { width: 390, height: 780 } });
    const days = () => page.locator(".day").evaluateAll((nodes) => nodes.map(({ dataset }) => dataset.date));
    assert.deepEqual(await days(), ["2035-05-15"]);
    const overflow = () => page.evaluate(() => [document.documentElement, document.getElementById("calendar")].map((node) => node.scrollWidth - node.clientWidth));
    assert.deepEqual(await overflow(), [0, 0]);
    const current = await page.locator(".top [aria-current]").boundingBox();
    assert.ok(current.x >= 0 && current.x + current.width <= 390, "the header shows where one is");
    await slot(page, "2035-05-15T13:00+02:00").click();
    assert.ok((await dialog(page).evaluate((node) => node.getBoundingClientRect().right)) <= 390);
    assert.deepEqual(await overflow(), [0, 0]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Next" }).click();
    await until("the next day is shown", async () => (await days())[0] === "2035-05-16");
    await page.setViewportSize({ width: 1000, height: 780 });
    await until("the week is shown", async () => (await days()).length === 7);
    await page.goBack();
    await until("Back goes back", async () => page.url().includes("2035-05-15"));
  });

  it("is readable in light and dark", async () => {
    await setRules(the, "back-school", { time_zone: "Europe/Berlin", open: { wednesday: [{ from: "16:00", to: "20:00" }] }, capacity: 6, slot_minutes: 60, min_minutes: 60 });
    for (const user of ["alice", "bob", "carol"]) await booked(the, "back-school", "2035-05-16T16:00+02:00", 60, { user_id: user });
    await booked(the, "back-school", "2035-05-16T17:00+02:00", 60, { user_id: "dave", seats: 3, hold_seconds: 900 });
    const backgrounds = [];
    for (const colorScheme of ["light", "dark"]) {
      const page = await openCalendar(the, { resource: "back-school", user: "alice", ...WEEK }, { colorScheme });
      await page.locator(".held").waitFor();
      if (colorScheme === "dark") await picture(page, "calendar-dark");
      assert.deepEqual(await contrasts(page), [], colorScheme);
      await page.locator(".held").click();
      assert.deepEqual(await contrasts(page), [], `${colorScheme}, a dialog`);
      backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    assert.notEqual(backgrounds[0], backgrounds[1]);
  });

  it("leaves out free times that are too close to be pressed, and says so", async () => {
    await setRules(the, "minutes", { slot_minutes: 1, min_minutes: 1 });
    const page = await openCalendar(the, { resource: "minutes", ...WEEK });
    await page.locator("#notices").getByText("More times are free than can be drawn").waitFor();
    const heights = await page.locator("[data-slot]").evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().height));
    assert.ok(heights.length > 1000 && Math.min(...heights) >= 17, `${heights.length}, ${Math.min(...heights)}`);
    await setRules(the, "minutes", { slot_minutes: 5, min_minutes: 5 });
    await page.reload();
    await page.locator("[data-slot]").first().waitFor();
    assert.equal(await page.locator("[data-slot]").count(), 7 * 24 * 12);
    assert.equal(await page.locator("#notices").innerText(), "");
  });

  it("shows what a customer wrote as text", async () => {
    const markup = '<img src="/none.png" onerror="document.title = 1"><b>bold</b>';
    const made = await booked(the, "a|b:c@d+e", "2035-05-15T09:00Z", 60, { user_id: "x|y@z", metadata: { note: markup } });
    const page = await openCalendar(the, { resource: "a|b:c@d+e", user: "x|y@z", minutes: 60, ...WEEK });
    await booking(page, made).click();
    assert.ok((await dialog(page).locator("dd").allInnerTexts()).includes(markup));
    assert.equal(await page.locator("dialog img, dialog b:not([data-expires])").count(), 0);
    for (const id of ["<b>x</b>", "a/b", "..", "é"]) {
      await page.goto(`${the.service.api}/_local/calendar/#${new URLSearchParams({ resource: id })}`);
      await page.locator("#notices").getByText(`\u201c${id}\u201d is no id`).waitFor();
      assert.equal(await page.locator(".week").count(), 0, id);
    }
  });
});
