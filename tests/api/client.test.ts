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

test("rules are set, a slot is held and confirmed, and a full class is refused", async () => {
  const path = { resource_id: "client-class" };
  // Members with a default need not be sent.
  const rules: components["schemas"]["Rules"] = {
    time_zone: "Europe/Berlin",
    open: { monday: [{ from: "09:00", to: "12:00" }] },
    slot_minutes: 60,
    min_minutes: 60,
    capacity: 2,
  };
  const set = await client.PUT("/resources/{resource_id}", { params: { path }, body: rules });
  assert.equal(set.data?.capacity, 2);
  assert.deepEqual(set.data?.exceptions, []);

  const query = { from: "2035-05-14T00:00:00Z", to: "2035-05-15T00:00:00Z", seats: 2 };
  const slots = await client.GET("/resources/{resource_id}/slots", { params: { path, query } });
  assert.deepEqual(slots.data?.map((slot) => slot.start_time.slice(11)), ["07:00:00Z", "08:00:00Z", "09:00:00Z"]);
  const [slot] = slots.data ?? [];
  assert.ok(slot);

  const times = { start_time: slot.start_time, end_time: slot.end_time };
  const wanted: components["schemas"]["NewBooking"] = {
    user_id: "alice",
    resource_id: path.resource_id,
    ...times,
    seats: 2,
    hold_seconds: 600,
    metadata: { patient: "4711" },
  };
  const held = await client.POST("/bookings", { body: wanted });
  assert.equal(held.data?.status, "held");
  assert.equal(held.data?.metadata.patient, "4711");
  const full = await client.POST("/bookings", { body: { ...wanted, user_id: "bob", seats: 1 } });
  assert.ok(full.error && "type" in full.error && full.error.type === "urn:problem:time-taken");
  assert.equal(full.error.seats_left, 0);
  const late = await client.POST("/bookings", { body: { ...wanted, start_time: slot.end_time, end_time: slot.start_time } });
  assert.ok(late.error && "type" in late.error && late.error.type === "urn:problem:invalid");
  const off = { ...wanted, start_time: "2035-05-14T07:30:00Z", end_time: "2035-05-14T08:30:00Z" };
  const outside = await client.POST("/bookings", { body: off });
  assert.ok(outside.error && "type" in outside.error && outside.error.type === "urn:problem:outside-rules");
  assert.equal(outside.error.time_zone, "Europe/Berlin");

  const at = { path: { booking_id: held.data?.booking_id ?? "" } };
  const confirmed = await client.POST("/bookings/{booking_id}/confirm", { params: at });
  assert.equal(confirmed.data?.status, "active");
  assert.equal(confirmed.data?.expires_at, null);
  // Others that use the service after this know of no rules.
  assert.equal((await client.DELETE("/resources/{resource_id}", { params: { path } })).response.status, 204);
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
