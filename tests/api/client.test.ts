// The README's first session with a client that is generated from openapi.json. API is the service's address. Compiling
// checks that the document describes what the session uses; running checks that the description is right.
import assert from "node:assert/strict";
import { test } from "node:test";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const address = process.env.API ?? "http://127.0.0.1:3000";
const client = createClient<paths>({ baseUrl: address });
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

test("a booking is made, reminds, holds its time, and is cancelled", async () => {
  const wanted: components["schemas"]["NewBooking"] = {
    user_id: "alice",
    resource_id: "client-room",
    start_time: inSeconds(62),
    end_time: inSeconds(3600),
    reminder_lead_seconds: 60,
  };
  const key = { "idempotency-key": "first-session" };
  const made = await client.POST("/bookings", { params: { header: key }, body: wanted });
  assert.equal(made.response.status, 201);
  const booking = made.data;
  assert.ok(booking);
  assert.equal(booking.status, "active");
  assert.equal(made.response.headers.get("location"), `/bookings/${booking.booking_id}`);

  // A retry creates no second booking.
  const again = await client.POST("/bookings", { params: { header: key }, body: wanted });
  assert.equal(again.data?.booking_id, booking.booking_id);
  assert.equal(again.response.headers.get("idempotency-replayed"), "true");

  await reminded(booking.booking_id);

  // Another user books the same time, and gets the busy time with the refusal.
  const refused = await client.POST("/bookings", { body: { ...wanted, user_id: "bob" } });
  assert.equal(refused.data, undefined);
  assert.ok(refused.error && "type" in refused.error);
  assert.equal(refused.error.type, "urn:problem:time-taken");
  if (refused.error.type === "urn:problem:time-taken") {
    const busy: components["schemas"]["BusySpan"] = refused.error.busy;
    assert.equal(busy.start_time, booking.start_time);
  }

  const at = { path: { booking_id: booking.booking_id } };
  const read = await client.GET("/bookings/{booking_id}", { params: at });
  assert.deepEqual(read.data, booking);
  const tag = read.response.headers.get("etag") ?? "";
  const cancelled = await client.POST("/bookings/{booking_id}/cancel", { params: { ...at, header: { "if-match": tag } } });
  assert.equal(cancelled.data?.status, "cancelled");
  const list = await client.GET("/users/{user_id}/bookings", {
    params: { path: { user_id: "alice" }, query: { status: "cancelled", limit: 100 } },
  });
  assert.ok(list.data?.some((one) => one.booking_id === booking.booking_id));
});

// @ts-expect-error A field that the API does not know does not compile.
const _unknown: components["schemas"]["NewBooking"] = { user_id: "a", resource_id: "b", start_time: "", end_time: "", colour: "red" };

// The bus is not part of the API.
async function reminded(booking: string) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const events = (await (await fetch(`${address}/_local/events?detail-type=ReminderDue`)).json()) as { detail: { booking_id: string } }[];
    if (events.some((event) => event.detail.booking_id === booking)) return;
    assert.ok(Date.now() < deadline, "the reminder reaches the bus");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
