// Tests a client that orval generates from openapi.json, with the service at API. Compiling checks that each response
// has its type.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBooking, getBooking } from "../generated/clients/orval/api.js";
import type { Booking, BusySpan, Fault, TimeTakenProblem } from "../generated/clients/orval/api.js";
import { absent, wanted } from "./wanted.js";

// The client requests paths without a host, as in a page on the service's origin.
const { fetch } = globalThis;
globalThis.fetch = (path, init) => fetch(new URL(String(path), process.env.API ?? "http://127.0.0.1:3000"), init);

test("a booking is made, and a taken time says when the resource is busy", async () => {
  const body = wanted("orval");
  const made = await createBooking(body);
  assert.ok(made.status === 201);
  const booking: Booking = made.data;
  assert.equal(booking.resource_id, body.resource_id);

  const refused = await createBooking({ ...body, user_id: "bob" });
  assert.ok(refused.status === 409 && refused.data.type === "urn:problem:time-taken");
  const problem: TimeTakenProblem = refused.data;
  const busy: BusySpan = problem.busy;
  assert.deepEqual([busy.start_time, busy.end_time], [booking.start_time, booking.end_time]);
});

test("a booking that breaks rules is refused with each fault", async () => {
  const refused = await createBooking({ ...wanted("orval"), user_id: "a b", reminder_lead_seconds: 1 });
  assert.ok(refused.status === 422 && refused.data.type === "urn:problem:invalid");
  const errors: Fault[] = refused.data.errors;
  assert.deepEqual(errors.map((fault) => fault.pointer).sort(), ["/reminder_lead_seconds", "/user_id"]);
});

// API Gateway's own responses share some statuses. The client still has the type of the function's problem.
test("a booking that does not exist is a problem with its type", async () => {
  const refused = await getBooking(absent);
  assert.ok(refused.status === 404 && "type" in refused.data);
  const type: "urn:problem:not-found" = refused.data.type;
  assert.deepEqual([type, refused.data.detail], ["urn:problem:not-found", "Booking not found"]);
});
