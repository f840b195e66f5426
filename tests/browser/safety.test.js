// Tests that data is only ever shown, and that nobody else's page changes anything.

import assert from "node:assert/strict";
import http from "node:http";
import { after, it } from "node:test";

import { part, row, setup } from "./support/setup.js";

const the = setup();
after(() => the.browser?.assertQuiet());

const MARKUP = '<img src=x onerror="document.title=`taken`"><script>document.title="taken"</script>';

it("markup in data is text, wherever it is shown", async () => {
  const { request, booking } = await the.service.book("room-1", { metadata: { note: MARKUP } });
  const refused = await the.service.post("/bookings", { [MARKUP]: MARKUP });
  const path = await fetch(`${the.service.api}/bookings/${encodeURIComponent(MARKUP)}?q=${encodeURIComponent(MARKUP)}`, { headers: { "x-note": MARKUP } });
  await the.service.queue("SendMessage", "mail-dev", { MessageBody: MARKUP });
  const page = await the.open();
  const look = async (hash, text) => {
    await page.evaluate((to) => (location.hash = to), hash);
    await part(page).getByText(text).locator("visible=true").first().waitFor();
    await part(page).evaluate((node) => node.querySelectorAll("details").forEach((one) => (one.open = true)));
    assert.ok((await part(page).innerText()).includes("onerror"), hash);
    assert.equal(await page.locator("main img, main script, main b").count(), 0, hash);
    assert.doesNotMatch(await page.title(), /taken/);
  };
  await look(`#/requests/${encodeURIComponent(request)}`, booking.booking_id);
  await look(`#/requests/${encodeURIComponent(path.headers.get("apigw-requestid"))}`, "x-note");
  await look(`#/requests/${encodeURIComponent(refused.headers.get("apigw-requestid"))}`, "onerror");
  const [event] = await the.service.json("/_local/events");
  await look(`#/events/${event.id}`, "onerror");
  await look("#/queues", "onerror");
  await look("#/table", "BOOKING#");
  await look(`#/${encodeURIComponent(MARKUP)}`, "/bookings/");
});

it("a page that is asked for by another name is refused, as after DNS rebinding", async () => {
  const { port } = new URL(the.service.api);
  const ask = (host) =>
    new Promise((resolve, reject) => {
      http.get({ host: "127.0.0.1", port, path: "/_local/requests", headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on("error", reject);
    });
  assert.equal(await ask(`evil.example:${port}`), 403);
  assert.equal(await ask(`localhost:${port}`), 200);
});

it("another origin reads nothing and changes nothing", async () => {
  const { request } = await the.service.book("room-2");
  const kept = await the.service.json("/_local/requests");
  const evil = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>evil</title>"));
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  try {
    const page = await the.browser.open(`http://127.0.0.1:${evil.address().port}/`);
    const tried = await page.evaluate(
      async ([api, id]) => {
        const answers = [];
        const attempts = [["GET", "/_local/requests"], ["POST", `/_local/requests/${encodeURIComponent(id)}/again`], ["DELETE", "/_local/queues/mail-dev/messages/x"]];
        for (const [method, path] of attempts) answers.push(await fetch(api + path, { method }).then(() => "read", () => "refused"));
        // A simple request is sent without asking first, and only its answer is kept from the page: it must do nothing.
        await fetch(`${api}/_local/requests/${encodeURIComponent(id)}/again`, { method: "POST", mode: "no-cors" }).catch(() => {});
        return answers;
      },
      [the.service.api, request],
    );
    assert.deepEqual(tried, ["refused", "refused", "refused"]);
    assert.deepEqual((await the.service.json("/_local/requests")).map(({ id }) => id), kept.map(({ id }) => id));
    // The other page has asked this service, which is another host for it, and the browser has noted each refusal.
    the.browser.forgive(/./);
  } finally {
    evil.close();
  }
});

it("secrets of a request are not shown", async () => {
  const answer = await fetch(`${the.service.api}/health`, { headers: { authorization: "Bearer very-secret", cookie: "session=very-secret", "x-api-key": "very-secret" } });
  const page = await the.open();
  await row(page, answer.headers.get("apigw-requestid")).click();
  await part(page).getByRole("region", { name: "Request" }).locator("details > summary").click();
  await part(page).locator("dd", { hasText: "•••" }).first().waitFor();
  assert.ok(!(await page.content()).includes("very-secret"));
});
