// Queues with their messages. A dead letter goes back to where it came from, or is removed.

import { actionButton } from "./action.js";
import { at, get, post, remove } from "./api.js";
import { el } from "./dom.js";
import { empty } from "./empty.js";
import { count, moment, relative } from "./format.js";
import { json } from "./json.js";

export function queuesPart() {
  return { title: "Queues", kinds: ["queues", "build"], load: () => get("/_local/queues"), draw, opened };
}

/** `#/queues/<name>` shows that queue. */
function opened([name], node) {
  if (name) [...node.querySelectorAll("[data-queue]")].find((one) => one.dataset.queue === name)?.scrollIntoView();
}

function draw(queues) {
  if (queues.length === 0) return empty("No queue", "Queues of the template, AWS::SQS::Queue, are here with their messages.");
  return queues.map(queue);
}

function queue({ name, messages, counts, dead_letters_of: of = [], redrive = null, readers = [], fifo = false }) {
  const { visible = messages.length, in_flight: flying = 0, delayed = 0 } = counts ?? {};
  const facts = [
    `${visible} visible`,
    `${flying} in flight`,
    `${delayed} delayed`,
    fifo && "first in, first out",
    readers.length > 0 && ["read by ", readers.map((key, index) => [index > 0 && ", ", el("a", { href: `#/functions/${encodeURIComponent(key)}` }, key)])],
    of.length > 0 && `dead letters of ${of.join(", ")}`,
    redrive && `after ${count(redrive.after, "receive")} to ${redrive.queue}`,
  ];
  return el(
    "section",
    { class: "card", "aria-label": name, "data-queue": name },
    el("header", {}, el("h2", {}, name), el("ul", { class: "facts" }, facts.filter(Boolean).map((fact) => el("li", {}, fact)))),
    messages.length === 0
      ? el("p", { class: "faint" }, of.length > 0 ? "No dead letter. A message that fails too often, or a record that a function gives up, is kept here." : "No message. One that is being received stays listed until it is deleted.")
      : el("ul", { class: "items" }, messages.map((message) => el("li", {}, one(name, message, of.length > 0)))),
    visible + flying + delayed > messages.length && el("p", { class: "faint" }, `These are the newest ${messages.length}.`),
  );
}

function one(name, message, dead) {
  const { id, sent, receives, attributes, body, source, group, visible_at: visible } = message;
  const address = at("queues", name, "messages", id);
  const preview = typeof body === "string" ? body : JSON.stringify(body);
  const waits = visible && new Date(visible) > new Date();
  const facts = [count(receives, "receive"), source && `from ${source}`, group && `group ${group}`, waits && `visible ${relative(visible)}`];
  return [
    el(
      "details",
      { "data-key": `message ${id}` },
      el("summary", {}, el("time", { datetime: sent }, moment(sent)), el("code", { class: "preview" }, preview.slice(0, 300)), el("span", { class: "of" }, facts.filter(Boolean).join(", "))),
      json(body),
      Object.keys(attributes ?? {}).length > 0 && [el("h4", {}, "Attributes"), json(attributes)],
      el("p", { class: "faint" }, "Message ", el("code", {}, id)),
    ),
    el(
      "div",
      { class: "actions" },
      (dead || waits) && actionButton(dead ? "Send again" : "Make visible", () => post(`${address}/again`), { key: `again ${id}`, style: "small" }),
      actionButton("Remove", () => remove(address), { confirm: "Really remove", key: `remove ${id}`, style: "small" }),
    ),
  ];
}
