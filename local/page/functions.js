// Functions with their callers, processes and last errors.

import { get } from "./api.js";
import { el } from "./dom.js";
import { empty } from "./empty.js";
import { count, moment } from "./format.js";

export function functionsPart() {
  return { title: "Functions", kinds: ["functions", "build"], load: () => get("/_local/functions"), draw, opened };
}

/** `#/functions/<key>` shows that function. */
function opened([key], node) {
  if (!key) return;
  const found = [...node.querySelectorAll("[data-function]")].find((one) => one.dataset.function === key);
  found?.scrollIntoView({ block: "center" });
  found?.focus({ preventScroll: true });
}

function draw(functions) {
  if (functions.length === 0) return empty("No function", "Functions of the template are here.");
  return el("ul", { class: "cards" }, functions.map(one));
}

function one({ key, name, handler, callers, processes, invocations, errors, last_error: fault, built }) {
  return el(
    "li",
    { class: `card function${fault ? " failing" : ""}`, tabindex: -1, "data-function": key, "aria-label": key },
    el("header", {}, el("h2", {}, key), el("span", { class: "of", title: `deployed as ${name}` }, `handler ${handler}`)),
    el("ul", { class: "callers" }, callers.map((caller) => el("li", {}, el("code", {}, caller)))),
    el(
      "dl",
      { class: "numbers" },
      number("Invocations", invocations),
      number("Errors", errors, errors > 0 ? "bad" : ""),
      el("div", { class: "grow" }, el("dt", {}, "Processes"), el("dd", {}, running(processes))),
      built && el("div", {}, el("dt", {}, "Built"), el("dd", {}, el("time", { datetime: built }, moment(built)))),
    ),
    fault && el("div", { class: "last" }, el("p", {}, "Last error, ", el("time", { datetime: fault.at }, moment(fault.at))), el("pre", { tabindex: 0 }, fault.message)),
  );
}

const number = (name, value, kind = "") => el("div", {}, el("dt", {}, name), el("dd", { class: kind }, String(value)));

function running(processes) {
  if (processes.length === 0) return el("span", { class: "of" }, "none: the next invocation starts one");
  const line = ({ state, since, invocations }) =>
    el("li", { title: `${state} since ${moment(since)}, ${count(invocations, "invocation")}` }, el("span", { class: `dot ${state}` }), `${state}, ${count(invocations, "invocation")}`);
  return el("ul", { class: "processes" }, processes.map(line));
}
