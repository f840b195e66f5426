// A browser whose pages note what they must not do: ask another host, or report an error.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Text in grey, so that pictures are small.
  "--disable-lcd-text",
];

export class Browser {
  #browser;
  #elsewhere = [];
  #errors = [];

  static async start() {
    const browser = new Browser();
    browser.#browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
    return browser;
  }

  /** A page of its own profile at `address`. `options` are those of a Playwright context. */
  async open(address, options = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light", ...options });
    const { origin } = new URL(address);
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) this.#elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => this.#errors.push(`${page.url()}: ${error.stack}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#errors.push(`${page.url()}: ${message.text()}`);
    });
    await page.goto(address);
    return page;
  }

  /** Fails if a page has asked another host, or has an error in its console. */
  assertQuiet() {
    assert.deepEqual(this.#elsewhere, []);
    assert.deepEqual(this.#errors, []);
  }

  /** Forgets what a test has done on purpose. */
  forgive(expected) {
    this.#errors = this.#errors.filter((error) => !expected.test(error));
    this.#elsewhere = this.#elsewhere.filter((url) => !expected.test(url));
  }

  async stop() {
    await this.#browser?.close();
  }
}
