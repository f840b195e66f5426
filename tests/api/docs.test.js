// Tests the documentation page of the running service at API, in a browser without network access.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const api = process.env.API;
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
let browser;
let page;
// Requests of the page to other hosts, and errors in it.
const elsewhere = [];
const errors = [];

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  page = await browser.newPage();
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(api) && !url.startsWith("data:")) elsewhere.push(url);
  });
  page.on("pageerror", (error) => errors.push(error.message));
});

after(async () => {
  await browser?.close();
});

test("the page lists every operation of the document", async () => {
  const document = await (await fetch(`${api}/openapi.json`)).json();
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const expected = operations.map((operation) => operation.operationId).sort();
  assert.ok(expected.length > 0);

  await page.goto(`${api}/docs`);
  await page.locator(".opblock").nth(expected.length - 1).waitFor();
  const shown = await page.locator(".opblock-summary-operation-id").allInnerTexts();
  assert.deepEqual(shown.sort(), expected);
});

test("what is tried on the page is done", async () => {
  const operation = page.locator("#operations-bookings-createBooking");
  await operation.locator(".opblock-summary").click();
  // The unchanged example creates a booking.
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table tbody tr.response").first();
  assert.equal((await answer.locator(".response-col_status").innerText()).trim(), "201");

  const bookings = await (await fetch(`${api}/users/alice/bookings`)).json();
  assert.deepEqual(bookings.map((booking) => booking.resource_id), ["room-1"]);
  const shown = await answer.locator(".response-col_description").innerText();
  assert.ok(shown.includes(bookings[0].booking_id), shown);
});

test("it needs nothing but the service", () => {
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(errors, []);
});
