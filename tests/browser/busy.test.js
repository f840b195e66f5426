// Buttons that a person is not done with, while everything around them changes.

import assert from "node:assert/strict";
import { after, it } from "node:test";

import { part, setup } from "./support/setup.js";
import { until } from "./support/until.js";

const the = setup();
after(() => the.browser?.assertQuiet());

it("a message is removed by a second click while others come and go", async () => {
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: "a letter to remove" });
  const page = await the.open("queues");
  const queue = part(page).getByRole("region", { name: "mail-dev", exact: true });
  const letter = queue.getByRole("listitem").filter({ hasText: "a letter to remove" });
  await letter.getByRole("button", { name: "Remove" }).click();
  const sure = letter.getByRole("button", { name: "Really remove" });
  await sure.waitFor();
  for (const text of ["first", "second", "third"]) {
    await the.service.queue("SendMessage", "mail-dev", { MessageBody: `the ${text} one meanwhile` });
    await queue.getByText(`the ${text} one meanwhile`).first().waitFor();
  }
  assert.ok(await sure.isVisible(), "it still asks");
  assert.ok(await sure.evaluate((button) => button === document.activeElement), "and has the focus");
  await sure.click();
  await letter.waitFor({ state: "detached" });
  await until("the message is gone", async () => !JSON.stringify(await the.service.json("/_local/queues")).includes("a letter to remove"));
});

it("why an action has failed stays to be read while others come and go", async () => {
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: "a letter that cannot be removed" });
  const page = await the.open("queues");
  const queue = part(page).getByRole("region", { name: "mail-dev", exact: true });
  const letter = queue.getByRole("listitem").filter({ hasText: "a letter that cannot be removed" });
  await page.route("**/messages/**", (route) => route.fulfill({ status: 409, contentType: "application/json", body: '{"message":"not now"}' }));
  await letter.getByRole("button", { name: "Remove" }).click();
  await letter.getByRole("button", { name: "Really remove" }).click();
  await letter.getByText("not now").waitFor();
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: "one more" });
  await queue.getByText("one more").first().waitFor();
  assert.ok(await letter.getByText("not now").isVisible());
  the.browser.forgive(/409/);
});
