// Tests that a page outlives the service: it says that the connection is lost, and comes back by itself.

import assert from "node:assert/strict";
import { after, before, it } from "node:test";

import { Browser } from "./support/browser.js";
import { Service } from "./support/service.js";
import { part, row } from "./support/setup.js";

let service;
let browser;
before(async () => {
  service = await Service.start();
  browser = await Browser.start();
});
after(async () => {
  await Promise.all([service?.stop(), browser?.stop()]);
});

it("a lost connection is said, and the page goes on with the service that comes next", async () => {
  const page = await browser.open(`${service.api}/_local/`);
  const before = await service.book("room-1");
  await row(page, before.request).waitFor();
  const { port } = new URL(service.api);
  await service.stop();
  await page.getByRole("alert").filter({ hasText: "cargo local does not answer" }).waitFor();
  assert.ok(await row(page, before.request).isVisible(), "what was there is still seen");

  service = await Service.start("--port", port);
  await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor({ state: "hidden" });
  // The new service knows nothing of the old one's requests.
  await row(page, before.request).waitFor({ state: "detached" });
  const later = await service.book("room-1");
  await row(page, later.request).waitFor();
  // The browser notes each attempt to connect.
  browser.forgive(/ERR_|Failed to load/);
  browser.assertQuiet();
  assert.ok(await part(page).locator(".rows").isVisible());
});

it("a page in the background holds no connection, and knows all that came when it is seen again", async () => {
  const page = await browser.open(`${service.api}/_local/`);
  await page.locator(".live.open").waitFor();
  const turn = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await turn(true);
  await page.locator(".live.asleep").waitFor({ state: "attached" });
  const meanwhile = await service.book("room-2");
  await turn(false);
  await row(page, meanwhile.request).waitFor();
  await page.locator(".live.open").waitFor();
  browser.assertQuiet();
});
