// Tests of the developer's loop in the page: a build that fails is seen on every part, with the compiler's message, until
// it is mended.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, it } from "node:test";

import { picture } from "./support/picture.js";
import { setup } from "./support/setup.js";

const the = setup();
after(() => the.browser?.assertQuiet());

/** A build of one function, of the machine that runs the tests. */
const BUILD = { timeout: 300_000 };
const SOURCE = path.join(process.env.WORKSPACE ?? "", "handlers/src/bin/health.rs");

it("a broken build is seen with its message on every part, and mended", async () => {
  const good = fs.readFileSync(SOURCE, "utf8");
  const page = await the.open();
  await page.locator(".live.open").waitFor();
  try {
    fs.writeFileSync(SOURCE, `${good}\nfn broken() -> u32 {\n    "text"\n}\n`);
    const notice = page.getByRole("region", { name: "Failed build" });
    await notice.waitFor(BUILD);
    const message = await notice.locator("pre").innerText();
    assert.match(message, /mismatched types/);
    assert.match(message, /handlers\/src\/bin\/health\.rs/);
    await picture(page, "build");
    for (const name of ["events", "queues", "functions", "schedules", "table", "requests"]) {
      await page.evaluate((to) => (location.hash = `#/${to}`), name);
      assert.ok(await notice.isVisible(), name);
    }
    // The last good version is served meanwhile.
    await the.service.json("/health");
    const again = await the.open("table");
    await again.getByRole("region", { name: "Failed build" }).waitFor();
  } finally {
    fs.writeFileSync(SOURCE, good);
  }
  await page.locator(".build.served", { hasText: /^served in / }).waitFor(BUILD);
  await page.getByRole("region", { name: "Failed build" }).waitFor({ state: "hidden" });
  await the.service.json("/health");
});

it("what a template adds is seen without a reload", async () => {
  const template = path.join(process.env.WORKSPACE, "serverless.yml");
  const good = fs.readFileSync(template, "utf8");
  const page = await the.open("queues");
  await page.locator(".live.open").waitFor();
  try {
    const queue = "resources:\n  - Resources: { Added: { Type: AWS::SQS::Queue, Properties: { QueueName: added-later } } }\n";
    const mounted = "    pages:\n      - { title: Later, path: /_local/later, directory: examples/calendar }\n";
    const added = good.replace(/^resources:\n/m, queue).replace(/^ {4}pages:\n/m, mounted);
    assert.ok(added.includes(queue) && added.includes(mounted));
    fs.writeFileSync(template, added);
    await page.getByRole("region", { name: "added-later" }).waitFor();
    await page.locator('nav a[href="/_local/later/"]').waitFor();
  } finally {
    fs.writeFileSync(template, good);
  }
  await page.getByRole("region", { name: "added-later" }).waitFor({ state: "hidden" });
});
