// Schedules: when they run next, and how the last run went. Each can be run now.

import { actionButton } from "./action.js";
import { at, get, post } from "./api.js";
import { el } from "./dom.js";
import { empty } from "./empty.js";
import { duration, moment, relative } from "./format.js";

export function schedulesPart() {
  return { title: "Schedules", kinds: ["schedules", "build"], load: () => get("/_local/schedules"), draw };
}

/** The words that say when, each second anew. A node that is gone is forgotten. */
const ticking = new Set();
setInterval(() => {
  for (const { node, time } of ticking) {
    if (node.isConnected) node.textContent = relative(time);
    else ticking.delete(node);
  }
}, 1000);

function ago(time) {
  const node = el("span", {}, relative(time));
  ticking.add({ node, time });
  return node;
}

function draw(schedules) {
  if (schedules.length === 0) {
    return empty("No schedule", ["A function is run by the clock with ", el("code", {}, "events: [schedule: rate(5 minutes)]"), " in the template."]);
  }
  const names = ["Function", "Expression", "Next", "Last", ""];
  return el(
    "div",
    { class: "card" },
    el(
      "table",
      { class: "grid" },
      el("caption", { class: "unseen" }, "Schedules"),
      el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name || el("span", { class: "unseen" }, "Action"))))),
      el("tbody", {}, schedules.map(one)),
    ),
  );
}

function one({ id, function: name, expression, next, last }) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("a", { href: `#/functions/${encodeURIComponent(name)}` }, name)),
    el("td", { "data-name": "Expression" }, el("code", {}, expression)),
    el("td", { "data-name": "Next" }, next ? [ago(next), el("span", { class: "of" }, moment(next))] : el("span", { class: "of" }, "not by itself")),
    el("td", { "data-name": "Last" }, last ? ran(last) : el("span", { class: "of" }, "not yet")),
    el("td", { class: "end" }, actionButton("Run now", () => post(at("schedules", id, "run")), { key: `run ${id}`, style: "small" })),
  );
}

function ran({ at: time, milliseconds, error }) {
  return [
    el("span", { class: `status ${error ? "bad" : "ok"}` }, error ? "failed" : "ran"),
    " ",
    ago(time),
    el("span", { class: "of" }, `in ${duration(milliseconds)}`),
    error && el("p", { class: "fault" }, error),
  ];
}
