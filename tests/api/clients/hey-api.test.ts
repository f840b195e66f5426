// Tests a client that @hey-api/openapi-ts generates from openapi.json, with the service at API. Compiling checks that
// each response has its type.
import assert from "node:assert/strict";
import { test } from "node:test";
import { client } from "../generated/clients/hey-api/client.gen.js";
import { createBooking, getBooking } from "../generated/clients/hey-api/index.js";
import type { Booking, BusySpan, Fault } from "../generated/clients/hey-api/index.js";
import { absent, wanted } from "./wanted.js";

client.setConfig({ baseUrl: process.env.API ?? "http://127.0.0.1:3000" });

test("a booking is made, and a taken time says when the resource is busy", async () => {
  const body = wanted("hey-api");
  const made = await createBooking({ body });
  assert.equal(made.response?.status, 201);
  const booking: Booking | undefined = made.data;
  assert.equal(booking?.resource_id, body.resource_id);

  const { error } = await createBooking({ body: { ...body, user_id: "bob" } });
  assert.ok(error && "type" in error && error.type === "urn:problem:time-taken");
  const status: 409 = error.status;
  const busy: BusySpan = error.busy;
  assert.deepEqual([status, busy.start_time, busy.end_time], [409, booking?.start_time, booking?.end_time]);
});

test("a booking that breaks rules is refused with each fault", async () => {
  const { error } = await createBooking({ body: { ...wanted("hey-api"), user_id: "a b", reminder_lead_seconds: 1 } });
  assert.ok(error && "type" in error && error.type === "urn:problem:invalid");
  const errors: Fault[] = error.errors;
  assert.deepEqual(errors.map((fault) => fault.pointer).sort(), ["/reminder_lead_seconds", "/user_id"]);
});

// API Gateway's own responses share some statuses. The client still has the type of the function's problem.
test("a booking that does not exist is a problem with its type", async () => {
  const { error } = await getBooking({ path: { booking_id: absent } });
  assert.ok(error && "type" in error && error.type === "urn:problem:not-found");
  const detail: string = error.detail;
  assert.equal(detail, "Booking not found");
});
