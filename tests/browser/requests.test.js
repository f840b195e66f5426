// Tests of Requests: they come while one looks, and one opened shows all that it did.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, it } from "node:test";

import { part, row, setup } from "./support/setup.js";

const the = setup();
after(() => the.browser?.assertQuiet());

it("an empty list says what to try, and the command works", async () => {
  const page = await the.open();
  await page.getByRole("heading", { name: "No request yet" }).waitFor();
  const command = await part(page).locator(".command code").innerText();
  assert.match(command, /^curl -i http/);
  assert.match(execFileSync("bash", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }), /^HTTP\/1\.1 200 /);
  await part(page).locator(".rows a").first().waitFor();
});

it("a booking comes while one looks, and its trace goes on with the stream and the event", async () => {
  const page = await the.open();
  const { request, booking } = await the.service.book("room-1");
  const line = row(page, request);
  await line.locator(".status.ok", { hasText: "201" }).waitFor();
  assert.match(await line.innerText(), /POST\s*\/bookings/);
  await line.click();

  const detail = part(page).locator("article");
  const spans = detail.locator(".span");
  for (const name of ["API Gateway", "Cold start", "BatchGetItem", "TransactWriteItems", "Stream", "PutEvents", "BookingCreated"]) {
    await spans.filter({ has: page.locator(".name", { hasText: new RegExp(`^${name}$`) }) }).first().waitFor();
  }
  const order = await detail.locator(".span .label .name").allInnerTexts();
  assert.ok(order.indexOf("Stream") > order.indexOf("TransactWriteItems"), `${order}`);
  assert.ok(order.indexOf("BookingCreated") > order.indexOf("Stream"), `${order}`);

  const call = spans.filter({ hasText: "TransactWriteItems" }).first();
  await call.locator("summary").click();
  const cost = await call.locator("dl").innerText();
  for (const words of ["DynamoDB", "bookings-dev", "200"]) assert.ok(cost.includes(words), cost);

  await detail.getByRole("region", { name: "Log" }).getByText("publishEvents").first().waitFor();
  const answer = await detail.getByRole("region", { name: "Answer" }).innerText();
  assert.ok(answer.includes(booking.booking_id), answer);
  const asked = await detail.getByRole("region", { name: "Request" }).innerText();
  assert.ok(asked.includes('"resource_id": "room-1"'), asked);
});

it("what comes later to a request that is open is drawn when it is told", async () => {
  const { request } = await the.service.book("room-5");
  const page = await the.open();
  await page.addInitScript(() => {
    globalThis.sources = [];
    globalThis.EventSource = class extends EventSource {
      constructor(...given) {
        super(...given);
        globalThis.sources.push(this);
      }
    };
  });
  await page.reload();
  const early = async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    await route.fulfill({ response: answer, json: { ...body, spans: body.spans.filter(({ kind }) => kind === "gateway") } });
  };
  const address = (url) => url.pathname === `/_local/requests/${encodeURIComponent(request)}`;
  await page.route(address, early);
  await row(page, request).click();
  const spans = part(page).locator("article .span");
  await spans.first().waitFor();
  await page.unroute(address);
  assert.equal(await spans.count(), 1);
  await page.evaluate((id) => globalThis.sources.at(-1).dispatchEvent(new MessageEvent("details", { data: JSON.stringify({ id }) })), request);
  await spans.filter({ hasText: "TransactWriteItems" }).waitFor();
});

it("bars are as long as they take, each at its time", async () => {
  const { request } = await the.service.book("room-2");
  const page = await the.open(`requests/${encodeURIComponent(request)}`);
  await part(page).locator(".span", { hasText: "TransactWriteItems" }).waitFor();
  const { spans } = await the.service.json(`/_local/requests/${encodeURIComponent(request)}`);
  const box = (name) => part(page).locator(".span", { hasText: name }).first().locator(".bar").boundingBox();
  const [whole, call] = [spans.find(({ kind }) => kind === "gateway"), spans.find(({ detail }) => detail.operation === "TransactWriteItems")];
  const [long, short] = [await box("API Gateway"), await box("TransactWriteItems")];
  const scale = long.width / whole.milliseconds;
  // A pixel either way.
  assert.ok(Math.abs(short.x - long.x - (call.start - whole.start) * scale) < 2, JSON.stringify([long, short, whole, call]));
  assert.ok(Math.abs(short.width - Math.max(3, call.milliseconds * scale)) < 2, JSON.stringify([long, short, whole, call]));
});

it("Again sends the request once more and opens it", async () => {
  const { request } = await the.service.book("room-3");
  const page = await the.open(`requests/${encodeURIComponent(request)}`);
  await part(page).getByRole("button", { name: "Again" }).click();
  await page.waitForURL((url) => url.hash.startsWith("#/requests/") && url.hash !== `#/requests/${encodeURIComponent(request)}`);
  // The room is taken by the first one.
  await part(page).locator("article .facts .status", { hasText: "409" }).waitFor();
  assert.notEqual(await part(page).locator("article .facts .id").innerText(), request);
});

it("the curl command that is copied does the same", async () => {
  const { request } = await the.service.book("room-4", { metadata: { note: "o'neill $(echo no) `x` \\ \"y\" é" } });
  const page = await the.open(`requests/${encodeURIComponent(request)}`);
  await part(page).getByRole("button", { name: "Copy as curl" }).click();
  await part(page).getByRole("button", { name: "Copied" }).waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const answer = execFileSync("bash", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  // The same room at the same time: it reached the same function with the same body.
  assert.ok(answer.includes("urn:problem:time-taken"), `${command}\n${answer}`);
});

it("a filter narrows the list by method, path, status and function", async () => {
  const page = await the.open();
  const missing = await fetch(`${the.service.api}/no-such-route`);
  const line = row(page, missing.headers.get("apigw-requestid"));
  await line.waitFor();
  const filter = part(page).getByRole("searchbox");
  for (const [words, seen] of [["4xx no-such", true], ["get 404", true], ["createBooking", false], ["zzz", false]]) {
    await filter.fill(words);
    assert.equal(await line.isVisible(), seen, words);
  }
  await part(page).getByText("None of them matches the filter.").waitFor();
});

it("a request that is not kept any more is said so", async () => {
  const page = await the.open("requests");
  await page.route("**/_local/requests/gone", (route) => route.fulfill({ status: 404, json: { message: "gone" } }));
  await page.evaluate(() => (location.hash = "#/requests/gone"));
  await page.getByText("This request is not kept any more").waitFor();
  // The browser notes the 404 itself.
  the.browser.forgive(/404/);
});
