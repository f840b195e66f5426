// Events on the bus, and the targets that they reached: queues and functions.

import { el } from "./dom.js";
import { empty } from "./empty.js";
import { Feed } from "./feed.js";
import { exact, moment } from "./format.js";
import { json } from "./json.js";
import { List } from "./list.js";
import { Panes } from "./panes.js";

export function events({ live }) {
  const list = new List({ label: "Events, newest first", filter: "Filter by detail type, source, content", describe });
  const panes = new Panes({ part: "events", title: "Events", list, load, draw });
  const text = ["What functions put on a bus is here, with the queues and functions that it reached. Send a request that changes something; ", el("a", { href: "/docs/" }, "API docs"), " has one to try."];
  const nothing = el("div", { hidden: true }, empty("No event yet", text));
  const feed = new Feed(live, "/_local/events", "events", () => {
    const { items } = feed;
    list.show(items);
    nothing.hidden = !feed.known || items.length > 0 || panes.open !== null;
    panes.node.hidden = !nothing.hidden;
    if (panes.open !== null && feed.get(panes.open) !== shown) panes.refresh();
  });
  let shown;
  function load(id) {
    shown = feed.get(id);
    return { one: shown, known: feed.known };
  }
  return {
    title: "Events",
    node: el("div", { class: "part wide" }, panes.node, nothing),
    show: ([id]) => {
      if (id) {
        nothing.hidden = true;
        panes.node.hidden = false;
      }
      panes.show(id ?? null);
    },
    focus: () => panes.focus(),
    filter: () => panes.filter(),
  };
}

function draw({ one, known }) {
  if (one) return event(one);
  return known ? empty("This event is not kept any more", "The last thousand events are kept, until the service stops.") : "";
}

function describe(event) {
  const { id, source, time } = event;
  const kind = event["detail-type"];
  const targets = event.targets ?? [];
  const failed = targets.filter(({ delivered }) => !delivered).length;
  return {
    href: `#/events/${encodeURIComponent(id)}`,
    text: `${kind} ${source} ${id} ${JSON.stringify(event.detail)}`,
    label: `${kind} from ${source}, at ${moment(time)}${failed ? `, ${failed} of ${targets.length} targets not reached` : ""}`,
    cells: [
      el("span", { class: "what two" }, el("span", { class: "name" }, kind), el("span", { class: "of" }, source)),
      targets.length > 0 && el("span", { class: `reached ${failed ? "bad" : "ok"}` }, failed ? `${failed} not reached` : `${targets.length} reached`),
      el("time", { datetime: time }, moment(time)),
    ].filter(Boolean),
  };
}

function event(one) {
  const { id, source, time, detail, resources = [], targets = [] } = one;
  return [
    el(
      "header",
      { class: "title" },
      el("h2", {}, one["detail-type"]),
      el(
        "ul",
        { class: "facts" },
        el("li", {}, "from ", el("code", {}, source)),
        el("li", {}, "on ", el("code", {}, one.event_bus_name)),
        el("li", {}, el("time", { datetime: time, title: exact(time) }, moment(time))),
        el("li", { class: "id" }, el("code", {}, id)),
      ),
    ),
    el("section", { class: "block", "aria-label": "Targets" }, el("h3", {}, "Targets"), reached(targets)),
    el("section", { class: "block", "aria-label": "Detail" }, el("h3", {}, "Detail"), json(detail)),
    resources.length > 0 && el("section", { class: "block", "aria-label": "Resources" }, el("h3", {}, "Resources"), json(resources)),
  ].filter(Boolean);
}

function reached(targets) {
  if (targets.length === 0) return el("p", { class: "faint" }, "No rule of the template matches it. Consumers add rules to the bus.");
  const line = ({ rule, queue, function: key, delivered, error }) =>
    el(
      "li",
      {},
      el("span", { class: `status ${delivered ? "ok" : "bad"}` }, delivered ? "reached" : "not reached"),
      queue ? el("a", { href: `#/queues/${encodeURIComponent(queue)}` }, queue) : el("a", { href: `#/functions/${encodeURIComponent(key)}` }, key),
      el("span", { class: "of" }, `by rule ${rule}`),
      error && el("span", { class: "fault" }, error),
    );
  return el("ul", { class: "lines" }, targets.map(line));
}
