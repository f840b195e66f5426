// The calendar of examples/calendar: hours are set, times are held, confirmed, booked, moved and cancelled.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { CLINIC, booked, booking, bookings, closed, dialog, fault, openCalendar, press, setRules, slot } from "./support/calendar.js";
import { picture } from "./support/picture.js";
import { setup } from "./support/setup.js";
import { until } from "./support/until.js";

const WEEK = { date: "2035-05-15" };

describe("the calendar", () => {
  const the = setup();
  after(() => {
    // Refusals that the tests provoke.
    the.browser?.forgive(/status of (409|412|422)|net::ERR_FAILED/);
    the.browser?.assertQuiet();
  });

  it("sets opening hours, and draws what is open, free and closed", async () => {
    const page = await openCalendar(the, WEEK);
    await page.locator(".empty").waitFor();
    await page.getByLabel("Resource", { exact: true }).last().fill("dr-new");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Set opening hours" }).click();
    await dialog(page).getByLabel("Time zone").fill("Europe/Berlin");
    for (const day of ["Monday", "Wednesday", "Thursday"]) await dialog(page).getByLabel(day).fill("");
    await dialog(page).getByLabel("Tuesday").fill("9-12, 13:00\u201317:00");
    await dialog(page).getByLabel("Friday").fill("at noon");
    await dialog(page).getByLabel("Starts every").fill("60");
    await dialog(page).getByLabel("Shortest booking").fill("60");
    await dialog(page).getByLabel("Longest booking").fill("30");
    await dialog(page).getByLabel("Other hours").fill("2035-05-19 10:00-11:00\nnever");

    await press(page, "Set rules");
    assert.match(await fault(page, "/open/friday").innerText(), /Write hours as/);
    assert.match(await fault(page, "/exceptions").innerText(), /^Line 2/);
    await dialog(page).getByLabel("Friday").fill("closed");
    await dialog(page).getByLabel("Other hours").fill("2035-05-19 10:00-11:00");
    await press(page, "Set rules");
    // The service finds this one.
    await fault(page, "/min_minutes").or(fault(page, "/max_minutes")).first().waitFor();
    await dialog(page).getByLabel("Longest booking").fill("120");
    await press(page, "Set rules");
    await closed(page);

    await until("seven hours of Tuesday and one of Saturday are free", async () => (await page.locator("[data-slot]").count()) === 8);
    assert.equal(await page.locator('[data-date="2035-05-15"] [data-slot]').count(), 7);
    assert.equal(await page.locator('[data-date="2035-05-15"] .open').count(), 2);
    assert.equal(await page.locator('[data-date="2035-05-19"] .open').count(), 1);
    assert.equal(await page.locator('[data-date="2035-05-16"] :is(.open, [data-slot])').count(), 0);
    const rules = await the.service.json("/resources/dr-new");
    assert.deepEqual(rules.open, { tuesday: [{ from: "09:00", to: "12:00" }, { from: "13:00", to: "17:00" }] });
    assert.equal(await page.locator("#rules").innerText(), "Rules");
  });

  it("holds a free time, counts down, and confirms it", async () => {
    await setRules(the, "dr-weber", CLINIC);
    const page = await openCalendar(the, { resource: "dr-weber", ...WEEK });
    await slot(page, "2035-05-15T09:00+02:00").click();
    await dialog(page).getByLabel("User").fill("alice");
    await dialog(page).getByLabel("Hold for").check();
    await press(page, "Hold");
    await closed(page);

    const held = page.locator(".booking.held");
    await held.waitFor();
    assert.equal(await slot(page, "2035-05-15T09:00+02:00").count(), 0);
    const [made] = await bookings(the, "dr-weber");
    assert.deepEqual([made.user_id, made.status, made.start_time, made.end_time, made.reminder_lead_seconds], ["alice", "held", "2035-05-15T07:00:00Z", "2035-05-15T07:20:00Z", 900]);
    const left = () => held.locator("[data-expires]").innerText();
    const first = await left();
    assert.match(first, /^(10:00|9:\d\d)$/);
    await until("it counts down", async () => (await left()) !== first);
    await booked(the, "dr-weber", "2035-05-15T10:30+02:00", 50, { user_id: "bob" });
    await booked(the, "dr-weber", "2035-05-17T13:00+02:00", 50, { user_id: "carol" });
    await page.locator(".booking", { hasText: "carol" }).waitFor();
    await picture(page, "calendar");

    await held.click();
    await press(page, "Confirm");
    await closed(page);
    await booking(page, made).and(page.locator(".active")).waitFor();
    assert.equal((await the.service.json(`/bookings/${made.booking_id}`)).status, "active");
    assert.match(await page.locator("#said").innerText(), /^Confirmed/);
    assert.match(page.url(), /user=alice/);
  });

  it("lets go of a hold that lapses, and its time is free again", async () => {
    await setRules(the, "lapses", CLINIC);
    const made = await booked(the, "lapses", "2035-05-15T09:00+02:00", 20, { hold_seconds: 10 });
    const page = await openCalendar(the, { resource: "lapses", ...WEEK });
    await booking(page, made).waitFor();
    // Also while nothing can be read.
    const refuse = (route) => route.abort();
    await page.route("**/resources/**", refuse);
    await booking(page, made).waitFor({ state: "detached" });
    await page.locator("#notices").getByText("The service does not answer").waitFor();
    await page.unroute("**/resources/**", refuse);
    await slot(page, "2035-05-15T09:00+02:00").waitFor();
    await until("the notice is gone", async () => (await page.locator("#notices").innerText()) === "");
  });

  it("says how many seats of a class are left, and refuses more", async () => {
    await setRules(the, "class", { ...CLINIC, buffer_after_minutes: 0, capacity: 3, slot_minutes: 60, min_minutes: 60, max_minutes: 60 });
    const page = await openCalendar(the, { resource: "class", user: "alice", ...WEEK });
    const time = slot(page, "2035-05-16T09:00+02:00");
    assert.match(await time.innerText(), /3 free/);
    await time.click();
    await dialog(page).getByLabel("Seats").fill("2");
    await press(page, "Book");
    await closed(page);
    await time.filter({ hasText: "1 free" }).waitFor();

    await time.click();
    await dialog(page).getByLabel("Seats").fill("2");
    await press(page, "Book");
    await fault(page, "/start_time").waitFor();
    assert.equal(await fault(page, "/start_time").innerText(), "Taken: only 1 seat left at Wed 16 May, 09:00\u201310:00.");
    await dialog(page).getByLabel("Seats").fill("1");
    await dialog(page).getByLabel("User").fill("bob");
    await press(page, "Book");
    await closed(page);
    await time.waitFor({ state: "detached" });
    assert.deepEqual((await bookings(the, "class")).map(({ user_id: user, seats }) => `${user} ${seats}`).sort(), ["alice 2", "bob 1"]);
    assert.equal(await page.locator('[data-date="2035-05-16"] .busy').count(), 1);
  });

  it("shows what was booked meanwhile, and every rule that a booking breaks, at its field", async () => {
    await setRules(the, "refused", CLINIC);
    const page = await openCalendar(the, { resource: "refused", user: "bob", ...WEEK });
    await slot(page, "2035-05-15T09:00+02:00").click();
    await booked(the, "refused", "2035-05-15T09:00+02:00", 20);
    await press(page, "Book");
    await fault(page, "/start_time").waitFor();
    assert.equal(await fault(page, "/start_time").innerText(), "Taken: no seat left at Tue 15 May, 09:00\u201309:30.");
    assert.equal(await dialog(page).locator('[aria-invalid="true"]').first().getAttribute("aria-describedby"), "fault-0");

    await dialog(page).getByLabel("Time").fill("11:45");
    await dialog(page).getByLabel("Length").fill("60");
    await press(page, "Book");
    await fault(page, "/end_time").first().waitFor();
    assert.deepEqual(await fault(page, "/start_time").allInnerTexts(), ["must start a multiple of 30 minutes after 09:00"]);
    const length = (await fault(page, "/end_time").allInnerTexts()).join("\n");
    assert.match(length, /opens at 09:00 and closes at 12:00[^]*must be at most 50 minutes after the start$/);

    for (const [label, value, pointer] of [["Length", "", "/end_time"], ["User", "a b", "/user_id"]]) {
      await dialog(page).getByLabel("Length").fill("20");
      await dialog(page).getByLabel(label).fill(value);
      await press(page, "Book");
      await fault(page, pointer).first().waitFor();
    }
    await page.keyboard.press("Escape");
    assert.equal((await bookings(the, "refused")).length, 1);
  });

  it("books once where the answer was lost and the button is pressed again", async () => {
    const page = await openCalendar(the, { resource: "lost", user: "alice", minutes: 60, ...WEEK });
    let isFirst = true;
    const keys = [];
    await page.route("**/bookings", async (route) => {
      keys.push(await route.request().headerValue("idempotency-key"));
      if (!isFirst) return route.continue();
      isFirst = false;
      await route.fetch();
      return route.abort();
    });
    await slot(page, "2035-05-15T09:00Z").click();
    await press(page, "Book");
    await dialog(page).getByText("The service does not answer").waitFor();
    await press(page, "Book");
    await closed(page);
    assert.ok(keys.length === 2 && keys[0] === keys[1] && keys[0].length === 32, `${keys}`);
    assert.equal((await bookings(the, "lost")).length, 1);
  });

  it("moves a booking, unless it was changed meanwhile, and cancels it", async () => {
    await setRules(the, "moves", CLINIC);
    const made = await booked(the, "moves", "2035-05-15T09:00+02:00", 20);
    const page = await openCalendar(the, { resource: "moves", ...WEEK });
    await booking(page, made).click();
    await press(page, "Move");
    await dialog(page).getByLabel("Date").fill("2035-05-16");
    await dialog(page).getByLabel("Time").fill("10:30");
    await dialog(page).getByLabel("Length").fill("45");
    await press(page, "Move");
    await closed(page);
    await page.locator('[data-date="2035-05-16"] .booking').waitFor();
    const moved = await the.service.json(`/bookings/${made.booking_id}`);
    assert.deepEqual([moved.start_time, moved.end_time], ["2035-05-16T08:30:00Z", "2035-05-16T09:15:00Z"]);

    await booking(page, made).click();
    await press(page, "Move");
    const init = { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ metadata: { a: "1" } }) };
    assert.equal((await fetch(`${the.service.api}/bookings/${made.booking_id}`, init)).status, 200);
    await press(page, "Move");
    await dialog(page).getByText("It was changed meanwhile").waitFor();
    await page.keyboard.press("Escape");

    await until("the page has the new version", async () => {
      await booking(page, made).click();
      const shown = await dialog(page).locator("dt").allInnerTexts();
      if (!shown.includes("a")) await page.keyboard.press("Escape");
      return shown.includes("a");
    });
    await press(page, "Cancel booking");
    await press(page, "Really? Press again");
    await closed(page);
    await booking(page, made).waitFor({ state: "detached" });
    assert.equal((await the.service.json(`/bookings/${made.booking_id}`)).status, "cancelled");
  });
});
