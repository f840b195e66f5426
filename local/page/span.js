// A span in words: its name, and what it cost.

import { el } from "./dom.js";
import { count, duration, size } from "./format.js";

const KINDS = { gateway: "API Gateway", init: "Cold start", invocation: "Handler", stream: "Stream", queue: "Queue", rule: "Rule", message: "Message", event: "Event" };
/** Members of `detail` in the order of showing, with their names for a person. The others follow as they are. */
const NAMES = {
  service: "Service",
  operation: "Operation",
  resource: "Resource",
  status: "Status",
  attempts: "Attempts",
  consumed: "Consumed",
  bytes: "Transferred",
  request_id: "Request id",
  function: "Function",
  table: "Table",
  records: "Records",
  queue: "Queue",
  messages: "Messages",
  rule: "Rule",
  error: "Error",
  source: "Source",
  "detail-type": "Detail type",
  bus: "Bus",
  trace: "Trace",
};

/** The title, what stands below it, and what it cost beside its time. */
export function named({ kind, name, detail = {} }) {
  if (kind === "call") return { title: detail.operation ?? name, of: [detail.service, detail.resource].filter(Boolean).join(" · "), paid: paid(detail) };
  if (kind === "event") return { title: detail["detail-type"] ?? name, of: `Event on ${detail.bus ?? "the bus"}` };
  if (kind === "stream" && detail.records) return { title: "Stream", of: `${count(detail.records, "record")} to ${name}` };
  if (kind === "queue" && detail.messages) return { title: "Queue", of: `${count(detail.messages, "message")} of ${detail.queue} to ${name}` };
  if (kind === "rule") return { title: "Rule", of: `Event to ${name}` };
  return { title: KINDS[kind] ?? kind, of: name };
}

function paid({ consumed, attempts }) {
  return [attempts > 1 && count(attempts, "attempt"), units(consumed)].filter(Boolean).join(", ");
}

/** The details of a span that is opened. */
export function cost({ kind, start, milliseconds, detail = {} }) {
  const known = Object.keys(NAMES).filter((name) => given(detail[name]));
  const others = Object.keys(detail).filter((name) => !(name in NAMES) && name !== "id" && given(detail[name]));
  const entries = [...known, ...others].map((name) => [NAMES[name] ?? name, worded(name, detail[name])]);
  const times = [["Began after", duration(start)], milliseconds === null || kind === "event" ? null : ["Took", duration(milliseconds)]];
  const link = kind === "event" && given(detail.id) && ["Event", el("a", { href: `#/events/${encodeURIComponent(detail.id)}` }, detail.id)];
  return el("dl", {}, [...times, ...entries, link].filter(Boolean).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

const given = (value) => value !== null && value !== undefined && value !== "";

function worded(name, value) {
  if (name === "consumed") return units(value) ?? "";
  if (name === "bytes" && typeof value === "number") return size(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `{write: 10}` is `10 write units`. */
function units(consumed) {
  if (!given(consumed)) return null;
  if (typeof consumed !== "object") return count(consumed, "unit");
  const parts = Object.entries(consumed).filter(([, number]) => typeof number === "number" && number > 0);
  return parts.map(([kind, number]) => count(number, `${kind} unit`)).join(", ") || null;
}

/** Where the time of these spans went, in a line. */
export function facts(spans, running) {
  const of = (kind) => spans.filter((span) => span.kind === kind);
  const sum = (some) => duration(some.reduce((total, { milliseconds }) => total + (milliseconds ?? 0), 0));
  const calls = of("call");
  // Not the functions that it invokes: their time is in its own.
  const inner = new Set(of("invocation").map(({ id }) => id));
  const handlers = of("invocation").filter(({ parent }) => !inner.has(parent));
  const parts = [
    of("init").length > 0 && ["Cold start", sum(of("init")), "init"],
    handlers.length > 0 && ["Handler", sum(handlers), "invocation"],
    calls.length > 0 && [`of it ${count(calls.length, "call")}`, sum(calls), "call"],
    running && ["", "still running", "gateway"],
  ];
  const fact = ([name, took, kind]) => el("span", {}, el("span", { class: `dot ${kind}` }), `${name} `, el("strong", {}, took));
  return el("p", { class: "spent" }, parts.filter(Boolean).map(fact));
}
