// Tests of the looks: narrow windows, light and dark, contrast. With PICTURES=1 it draws docs/pictures/.

import assert from "node:assert/strict";
import { after, it } from "node:test";

import { contrasts } from "./support/contrast.js";
import { picture } from "./support/picture.js";
import { part, row, setup } from "./support/setup.js";

const PARTS = ["requests", "events", "queues", "functions", "schedules", "table"];
const NARROW = { viewport: { width: 390, height: 844 } };
let booked;

const the = setup(async ({ service }) => {
  await service.json("/health");
  await service.json("/resources/room-1/busy?from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:00Z");
  await service.queue("SendMessage", "lost-mail-dev", { MessageBody: JSON.stringify({ to: "alice", about: "Tomorrow at ten" }) });
  await service.json("/users/alice/bookings");
  booked = await service.book("room-1", { metadata: { patient: "4711" } });
  await service.post("/bookings", { user_id: "bob" });
  // The time is taken.
  const { user_id, resource_id, start_time, end_time } = booked.booking;
  await service.post("/bookings", { user_id, resource_id, start_time, end_time });
});
after(() => the.browser?.assertQuiet());

/** Opens the booking with its event, which comes last. */
async function traced(page) {
  await row(page, booked.request).click();
  await part(page).locator("article .span", { hasText: "BookingCreated" }).first().waitFor();
}

it("a narrow window shows the list or what is open, and nothing is wider than it", async () => {
  const page = await the.open("", NARROW);
  await traced(page);
  assert.ok(!(await part(page).locator(".rows").isVisible()));
  await picture(page, "narrow");
  await page.keyboard.press("/");
  await part(page).locator(".rows").waitFor();
  await page.locator("input[type=search]:focus").waitFor();
  await traced(page);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("ArrowDown");
  await part(page).locator("article:focus").waitFor();
  await part(page).getByRole("link", { name: "back to Requests" }).click();
  await part(page).locator(".rows").waitFor();
  for (const hash of [...PARTS, `requests/${encodeURIComponent(booked.request)}`]) {
    await page.evaluate((to) => (location.hash = `#/${to}`), hash);
    await part(page).locator(".rows:visible a, .card, .group, .title").first().waitFor();
    const width = await page.evaluate(() => Math.max(...[...document.querySelectorAll("body, main, main .part:not([hidden])")].map((one) => one.scrollWidth)));
    assert.ok(width <= 390, `${hash} is ${width} wide`);
    const current = await page.locator("nav [aria-current]").boundingBox();
    assert.ok(current.x >= 0 && current.x + current.width <= 391, `${hash} is not seen in the header`);
  }
});

for (const colorScheme of ["light", "dark"]) {
  it(`all text is readable, ${colorScheme}`, async () => {
    const page = await the.open("", { colorScheme });
    await traced(page);
    await part(page).evaluate((node) => node.querySelectorAll("details").forEach((one) => (one.open = true)));
    assert.deepEqual(await contrasts(page), []);
    for (const name of PARTS.slice(1)) {
      await page.evaluate((to) => (location.hash = `#/${to}`), name);
      await part(page).locator(".rows:visible a, .card, .group, .title").first().waitFor();
      assert.deepEqual(await contrasts(page), [], name);
    }
    await page.goto(`${the.service.api}/docs/`);
    await page.locator("#operations-bookings-createBooking .opblock-summary").click();
    await page.getByRole("button", { name: "Execute" }).waitFor();
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(background, colorScheme === "dark" ? "rgb(14, 17, 23)" : "rgb(245, 246, 248)");
    assert.deepEqual(await contrasts(page), [], "docs");
    await page.locator("#operations-bookings-createBooking").getByText("Schema", { exact: true }).first().click();
    await page.locator(".json-schema-2020-12__constraint").first().waitFor();
    assert.deepEqual(await contrasts(page), [], "the schema in docs");
  });
}

it("/docs has the same header, which leads to each part", async () => {
  const page = await the.browser.open(`${the.service.api}/docs`);
  await page.locator(".opblock").first().waitFor();
  assert.equal(await page.locator('nav [aria-current="page"]').innerText(), "API docs");
  await page.locator("nav").getByRole("link", { name: "Functions" }).click();
  await page.locator('[data-function="createBooking"]').waitFor();
  assert.match(await page.title(), /^Functions · bookings$/);
});

it("each part has its picture", async () => {
  const page = await the.open();
  await traced(page);
  await picture(page, "requests");
  const names = { events: "BookingCreated", queues: "Tomorrow at ten", functions: "POST /bookings", schedules: "cron", table: "BOOKING#" };
  for (const [name, text] of Object.entries(names)) {
    await page.evaluate((to) => (location.hash = `#/${to}`), name);
    await part(page).getByText(text).first().waitFor();
    if (name !== "functions" && name !== "schedules") await part(page).locator(".rows a, summary").first().click();
    if (name !== "schedules") await picture(page, name);
  }
  const dark = await the.open("", { colorScheme: "dark" });
  await traced(dark);
  await picture(dark, "dark");
});
