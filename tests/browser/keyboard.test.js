// Tests of the pages by keyboard alone, and of what a screen reader is told.

import assert from "node:assert/strict";
import { after, it } from "node:test";

import { part, row, setup } from "./support/setup.js";
import { until } from "./support/until.js";

const the = setup();
after(() => the.browser?.assertQuiet());

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("href") ?? document.activeElement.className ?? "");
const link = (id) => `#/requests/${encodeURIComponent(id)}`;

it("arrow keys, j and k move, Enter opens, Escape closes and comes back", async () => {
  const ids = [];
  for (const room of ["a", "b", "c"]) ids.unshift((await the.service.book(room)).request);
  const page = await the.open();
  await row(page, ids[2]).waitFor();
  await page.keyboard.press("j");
  assert.equal(await focused(page), link(ids[0]));
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), link(ids[2]));
  await page.keyboard.press("k");
  assert.equal(await focused(page), link(ids[1]));
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
  await page.keyboard.press("Enter");
  await part(page).locator("article .id").getByText(ids[1]).waitFor();
  await until("the detail has the focus", async () => (await focused(page)) === "detail");
  assert.equal(await row(page, ids[1]).getAttribute("aria-current"), "true");
  await page.keyboard.press("Escape");
  await part(page).locator("article").waitFor({ state: "hidden" });
  await until("the row has the focus again", async () => (await focused(page)) === link(ids[1]));
});

it("a slash filters, and Escape goes back to the list", async () => {
  const { request } = await the.service.book("d");
  const page = await the.open();
  await row(page, request).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("post");
  assert.equal(await part(page).getByRole("searchbox").inputValue(), "post");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), link(request));
  await page.keyboard.press("/");
  await page.keyboard.press("Escape");
  assert.equal(await part(page).getByRole("searchbox").inputValue(), "");
  await page.keyboard.press("Escape");
  assert.ok((await focused(page)).startsWith("#/requests/"));
});

it("the focus stays where it is while requests come", async () => {
  const { request } = await the.service.book("e");
  const page = await the.open();
  await row(page, request).waitFor();
  await page.keyboard.press("j");
  const later = await the.service.book("f");
  await row(page, later.request).waitFor();
  assert.equal(await focused(page), link(request));
  await page.keyboard.press("k");
  assert.equal(await focused(page), link(later.request));
});

it("Tab reaches the parts, one row of the list, and the buttons of what is open", async () => {
  const { request } = await the.service.book("g");
  const page = await the.open(`requests/${encodeURIComponent(request)}`);
  await part(page).getByRole("button", { name: "Again" }).waitFor();
  await page.locator(".brand").focus();
  await page.keyboard.press("Shift+Tab");
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "To the content");
  const seen = [];
  for (let presses = 0; presses < 40 && !seen.includes("Copy as curl"); presses += 1) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText.trim()));
  }
  for (const name of ["Requests", "Table", "API docs", "Again", "Copy as curl"]) assert.ok(seen.includes(name), `${name}: ${seen}`);
  assert.equal(seen.filter((name) => name.startsWith("POST /bookings,")).length, 1, `${seen}`);
});

it("each part and each control has a name for a screen reader", async () => {
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: "named" });
  const { request } = await the.service.book("h");
  const page = await the.open();
  for (const hash of [link(request), "#/events", "#/queues", "#/functions", "#/schedules", "#/table"]) {
    await page.evaluate((to) => (location.hash = to), hash);
    await part(page).locator(".rows a, .card, .group").first().waitFor();
    for (const role of ["link", "button", "searchbox", "combobox", "region"]) {
      const all = page.getByRole(role);
      assert.equal(await page.getByRole(role, { name: /\S/ }).count(), await all.count(), `${hash}: ${role}`);
    }
    const current = await page.locator('nav [aria-current="page"]').allInnerTexts();
    assert.equal(current.length, 1, hash);
  }
});
