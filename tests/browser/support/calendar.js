// The calendar of a running service, as its tests use it.

import assert from "node:assert/strict";

import { until } from "./until.js";

/** Opens the calendar; `state` is what the URL's fragment says. */
export async function openCalendar(the, state = {}, context = {}) {
  const page = await the.browser.open(`${the.service.api}/_local/calendar/#${new URLSearchParams(state)}`, { timezoneId: "America/New_York", locale: "en-GB", ...context });
  if (state.resource || state.user) await page.locator(".week").waitFor();
  return page;
}

export async function setRules(the, resource, rules) {
  const init = { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(rules) };
  const answer = await fetch(`${the.service.api}/resources/${resource}`, init);
  assert.equal(answer.status, 200, await answer.text());
}

/** Books from `start` on, for so many minutes. */
export async function booked(the, resource, start, minutes, more = {}) {
  const [from, to] = [0, minutes * 60_000].map((after) => new Date(Date.parse(start) + after).toISOString());
  const answer = await the.service.post("/bookings", { user_id: "alice", resource_id: resource, start_time: from, end_time: to, ...more });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

export const bookings = (the, resource, from = "2035-05-14T00:00:00Z", to = "2035-05-21T00:00:00Z") =>
  the.service.json(`/resources/${resource}/bookings?from=${from}&to=${to}`);

/** The free time that starts at an instant in UTC. */
export const slot = (page, start) => page.locator(`[data-slot="${new Date(start).toISOString()}"]`);
export const booking = (page, { booking_id: id }) => page.locator(`[data-booking="${id}"]`);
export const dialog = (page) => page.locator("dialog[open]");
export const press = (page, name) => dialog(page).getByRole("button", { name, exact: true }).click();

/** The message at a field of the dialog, by the member that it becomes. */
export const fault = (page, pointer) => dialog(page).locator(`[data-pointer="${pointer}"] .fault`);

/** Waits until the dialog is closed. */
export const closed = (page) => until("the dialog is closed", async () => (await dialog(page).count()) === 0);

/** A doctor's hours on weekdays. */
export const CLINIC = {
  time_zone: "Europe/Berlin",
  open: Object.fromEntries(["monday", "tuesday", "wednesday", "thursday"].map((day) => [day, [{ from: "09:00", to: "12:00" }, { from: "13:00", to: "17:00" }]])),
  exceptions: [{ date: "2035-05-14", open: [] }],
  slot_minutes: 30,
  min_minutes: 20,
  max_minutes: 50,
  buffer_after_minutes: 10,
};
