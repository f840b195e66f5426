// The calendar where callers are checked: `cargo local --auth`.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { Browser } from "./support/browser.js";
import { booked, closed, dialog, press, slot } from "./support/calendar.js";
import { Service } from "./support/service.js";
import { until } from "./support/until.js";

const ALL = "bookings/read bookings/write resources/write bookings:admin";

describe("the calendar with tokens", () => {
  const the = { service: null, browser: null };
  before(async () => {
    [the.service, the.browser] = await Promise.all([Service.start("--auth"), Browser.start()]);
  });
  after(async () => {
    await Promise.all([the.service?.stop(), the.browser?.stop()]);
    the.browser?.forgive(/status of (401|403)/);
    the.browser?.assertQuiet();
  });

  const tokenOf = async (sub, scope) => (await (await the.service.post("/_local/token", { sub, scope, expires_in: 600 })).json()).access_token;
  const enter = async (page, token) => {
    await page.locator("#token").click();
    await dialog(page).locator("textarea").fill(token);
    await press(page, "Use");
    await closed(page);
  };

  it("says how to get a token, and shows a user when it is taken and an administrator by whom", async () => {
    const admin = await tokenOf("desk", ALL);
    const headers = { authorization: `Bearer ${admin}` };
    const as = { service: { post: (route, body) => the.service.post(route, body, headers) } };
    const made = await booked(as, "room", "2035-05-15T09:00Z", 60, { user_id: "bob" });

    const page = await the.browser.open(`${the.service.api}/_local/calendar/#resource=room&user=alice&minutes=60&date=2035-05-15`, { timezoneId: "UTC" });
    const notices = page.locator("#notices");
    await notices.getByText("cargo local token --sub alice").waitFor();
    assert.equal(await page.locator(".week").count(), 0);

    await enter(page, await tokenOf("alice", "bookings/read bookings/write"));
    await page.locator(".busy.alone").waitFor();
    assert.equal(await page.locator(".booking").count(), 0);
    assert.match(await notices.innerText(), /bookings:admin/);
    assert.ok(!(await page.content()).includes("bob"));

    // A user books for nobody else.
    await slot(page, "2035-05-15T10:00Z").click();
    await dialog(page).getByLabel("User").fill("bob");
    await press(page, "Book");
    await dialog(page).getByRole("alert").getByText("The token does not allow to act for this user.").waitFor();
    await dialog(page).getByLabel("User").fill("alice");
    await press(page, "Book");
    await closed(page);

    await enter(page, admin);
    await page.locator(`[data-booking="${made.booking_id}"]`).waitFor();
    await until("the notice is gone", async () => (await notices.innerText()) === "");
    assert.equal(await page.locator(".booking").count(), 2);
  });

  it("keeps the token in its tab alone", async () => {
    const page = await the.browser.open(`${the.service.api}/_local/calendar/#resource=room&date=2035-05-15`);
    const token = await tokenOf("desk", ALL);
    await enter(page, token);
    await page.locator(".week").waitFor();
    assert.ok(!page.url().includes(token));
    assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie]), [0, ""]);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator("#notices").getByText("cargo local token").waitFor();
  });
});
