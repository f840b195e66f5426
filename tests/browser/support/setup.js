// A service and a browser for the tests of a file.

import { after, before } from "node:test";

import { Browser } from "./browser.js";
import { Service } from "./service.js";

/** They are there once the tests run. `prepare` is called with them before. */
export function setup(prepare = async () => {}) {
  const the = { service: null, browser: null };
  before(async () => {
    // One after the other: what has started is stopped, also where the next one fails.
    the.service = await Service.start();
    the.browser = await Browser.start();
    await prepare(the);
  });
  after(async () => {
    await Promise.all([the.service?.stop(), the.browser?.stop()]);
  });
  /** Opens the page at a part. */
  the.open = (part = "", context = {}) => the.browser.open(`${the.service.api}/_local/${part && `#/${part}`}`, context);
  return the;
}

/** The part that is seen. */
export const part = (page) => page.locator("main > .part:not([hidden])");

/** The row of a request by its id. */
export const row = (page, id) => page.locator(`.rows a[href="#/requests/${encodeURIComponent(id)}"]`);
