// Tests of Events, Queues, Functions, Schedules and Table.

import assert from "node:assert/strict";
import { after, it } from "node:test";

import { part, row, setup } from "./support/setup.js";
import { until } from "./support/until.js";

const the = setup();
after(() => the.browser?.assertQuiet());

it("an event comes while one looks, with the queue that it reached", async () => {
  const page = await the.open("events");
  await page.getByRole("heading", { name: "No event yet" }).waitFor();
  const { booking } = await the.service.book("room-1");
  await part(page).locator(".rows a", { hasText: "BookingCreated" }).click();
  const detail = part(page).locator("article");
  assert.ok((await detail.getByRole("region", { name: "Detail" }).innerText()).includes(booking.booking_id));
  const targets = detail.getByRole("region", { name: "Targets" });
  assert.match(await targets.innerText(), /reached\s+mail-dev\s+by rule mail/);
  await targets.getByRole("link", { name: "mail-dev" }).click();
  await part(page).getByRole("region", { name: "mail-dev", exact: true }).locator("summary", { hasText: booking.booking_id }).waitFor();
});

it("an event of a trace is opened from there", async () => {
  const { request, booking } = await the.service.book("room-2");
  const page = await the.open(`requests/${encodeURIComponent(request)}`);
  const span = part(page).locator(".span", { hasText: "BookingCreated" }).first();
  await span.locator("summary").click();
  await span.getByRole("link").click();
  await page.getByRole("heading", { name: "BookingCreated" }).waitFor();
  const detail = await part(page).getByRole("region", { name: "Detail" }).innerText();
  assert.ok(detail.includes(booking.booking_id), detail);
});

/** A message of `mail-dev` that was received once too often. */
async function deadLetter(text) {
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: text });
  await until("the message is a dead letter", async () => {
    await the.service.queue("ReceiveMessage", "mail-dev", { VisibilityTimeout: 0, MaxNumberOfMessages: 10 });
    const queues = await the.service.json("/_local/queues");
    return queues.find(({ name }) => name === "lost-mail-dev").messages.some(({ body }) => body === text);
  });
}

it("a dead letter is seen as it comes, and goes back to the queue that it came from", async () => {
  const page = await the.open("queues");
  const lost = part(page).getByRole("region", { name: "lost-mail-dev" });
  await lost.getByText("dead letters of mail-dev").waitFor();
  await deadLetter("a letter to send again");
  const letter = lost.getByRole("listitem").filter({ hasText: "a letter to send again" });
  await letter.getByRole("button", { name: "Send again" }).click();
  await letter.waitFor({ state: "detached" });
  await part(page).getByRole("region", { name: "mail-dev", exact: true }).locator("summary", { hasText: "a letter to send again" }).waitFor();
});

it("a dead letter is removed by a second click, not by the first", async () => {
  const page = await the.open("queues");
  await deadLetter("a letter to remove");
  const lost = part(page).getByRole("region", { name: "lost-mail-dev" });
  const letter = lost.getByRole("listitem").filter({ hasText: "a letter to remove" });
  await letter.getByRole("button", { name: "Remove" }).click();
  const sure = letter.getByRole("button", { name: "Really remove" });
  await sure.waitFor();
  // Another click elsewhere takes it back.
  await letter.locator("summary").click();
  await letter.getByRole("button", { name: "Remove", exact: true }).click();
  const kept = await the.service.json("/_local/queues");
  assert.ok(JSON.stringify(kept).includes("a letter to remove"));
  await sure.click();
  await letter.waitFor({ state: "detached" });
  assert.ok(!JSON.stringify(await the.service.json("/_local/queues")).includes("a letter to remove"));
});

it("a message that is gone meanwhile is said so", async () => {
  const page = await the.open("queues");
  await deadLetter("a letter that goes");
  const letter = part(page).getByRole("listitem").filter({ hasText: "a letter that goes" });
  await page.route("**/messages/*/again", (route) => route.fulfill({ status: 404, json: { message: "the message is gone" } }));
  await letter.getByRole("button", { name: "Send again" }).click();
  await letter.getByRole("alert").filter({ hasText: "the message is gone" }).waitFor();
  the.browser.forgive(/404/);
});

it("functions have their callers and processes, and count while one looks", async () => {
  const page = await the.open("functions");
  const health = part(page).locator('[data-function="health"]');
  await health.getByText("GET /health").waitFor();
  const count = async () => Number(await health.locator("dd").first().innerText());
  const before = await count();
  await fetch(`${the.service.api}/health`);
  await until("the invocation is counted", async () => (await count()) === before + 1);
  assert.match(await health.locator(".processes").innerText(), /idle, \d+ invocation/);
});

it("a request leads to its function", async () => {
  const { request } = await the.service.book("room-4");
  const page = await the.open();
  await row(page, request).click();
  await part(page).locator("article").getByRole("link", { name: "createBooking" }).click();
  await until("the function has the focus", () => page.evaluate(() => document.activeElement.dataset.function === "createBooking"));
});

it("a schedule is run at once", async () => {
  const page = await the.open("schedules");
  const line = part(page).getByRole("row").filter({ hasText: "sweepTimers" });
  await line.getByText("cron(* * * * ? *)").waitFor();
  const last = async () => (await the.service.json("/_local/schedules"))[0].last?.at;
  const before = await last();
  await line.getByRole("button", { name: "Run now" }).click();
  await until("it has run", async () => (await last()) !== before);
  await line.locator(".status.ok", { hasText: "ran" }).waitFor();
});

it("the table has its items by key, each with its kind, and those that come", async () => {
  const page = await the.open("table");
  const first = await the.service.book("shown-1");
  const { booking } = await the.service.book("shown-2");
  const group = part(page).getByRole("region", { name: `BOOKING#${booking.booking_id}` });
  await group.waitFor();
  const { items } = await the.service.json("/_local/tables/bookings-dev/items?prefix=BOOKING%23");
  assert.ok(items[0].kind, "the template says what a booking's item is");
  assert.ok((await group.innerText()).includes(items[0].kind));
  await group.locator("summary").click();
  assert.ok((await group.locator("pre").innerText()).includes('"resource_id": "shown-2"'));

  await part(page).getByRole("searchbox").fill("RESOURCE#shown-");
  await group.waitFor({ state: "detached" });
  const shown = await part(page).locator(".group h2").allInnerTexts();
  assert.deepEqual(shown, ["RESOURCE#shown-1", "RESOURCE#shown-2"]);
  await part(page).getByRole("searchbox").fill(`BOOKING#${first.booking.booking_id}`);
  await until("one is left", async () => (await part(page).locator(".group").count()) === 1);
});

it("what is opened stays open while its part changes", async () => {
  const page = await the.open("table");
  await part(page).getByRole("searchbox").fill("RESOURCE#kept");
  await the.service.book("kept-1");
  await part(page).getByRole("region", { name: "RESOURCE#kept-1" }).locator("summary").click();
  await the.service.book("kept-2");
  await part(page).getByRole("region", { name: "RESOURCE#kept-2" }).waitFor();
  assert.ok(await part(page).getByRole("region", { name: "RESOURCE#kept-1" }).locator("pre").isVisible());
});

it("more items are loaded as they are asked for", async () => {
  const names = Array.from({ length: 105 }, (_, number) => `many-${String(number).padStart(3, "0")}`);
  // Some at a time, and before the page is there, which would follow each of them.
  while (names.length) await Promise.all(names.splice(0, 7).map((name) => the.service.book(name)));
  const page = await the.open("table");
  await part(page).getByRole("searchbox").fill("RESOURCE#many-");
  const groups = part(page).locator(".group");
  await part(page).getByRole("region", { name: "RESOURCE#many-000" }).waitFor();
  assert.equal(await groups.count(), 100);
  await part(page).getByRole("button", { name: "Load more" }).click();
  await until("all are there", async () => (await groups.count()) === 105);
  await part(page).getByRole("button", { name: "Load more" }).waitFor({ state: "detached" });
});

it("a number has all the digits that DynamoDB has", async () => {
  const number = "3954652088658652071";
  const item = { pk: { S: "NUMBER#1" }, sk: { S: "N" }, count: { N: number }, half: { N: "1.5" }, hundred: { N: "100" } };
  await the.service.dynamodb("PutItem", { TableName: "bookings-dev", Item: item });
  const page = await the.open("table");
  await part(page).getByRole("searchbox").fill("NUMBER#");
  const group = part(page).getByRole("region", { name: "NUMBER#1" });
  await group.locator("summary").click();
  const shown = await group.locator("pre").innerText();
  for (const line of [`"count": ${number}`, '"half": 1.5', '"hundred": 100']) assert.ok(shown.includes(line), shown);
  assert.ok((await group.locator("summary").innerText()).includes(`count=${number}`));
});
