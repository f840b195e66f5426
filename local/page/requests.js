// Requests: the list. What is opened of it is in request.js.

import { at, get } from "./api.js";
import { el } from "./dom.js";
import { empty, firstRequest } from "./empty.js";
import { Feed } from "./feed.js";
import { clock, duration } from "./format.js";
import { List } from "./list.js";
import { Panes } from "./panes.js";
import { request, status } from "./request.js";

export function requests({ live, about }) {
  const list = new List({ label: "Requests, newest first", filter: "Filter by method, path, status, function", describe });
  const panes = new Panes({ part: "requests", title: "Requests", list, load, draw });
  const nothing = el("div", { hidden: true });
  const feed = new Feed(live, "/_local/requests", "requests", () => {
    const { items } = feed;
    list.show(items);
    const isEmpty = feed.known && items.length === 0;
    if (isEmpty && nothing.hidden) sayEmpty(nothing, about);
    nothing.hidden = !isEmpty || panes.open !== null;
    panes.node.hidden = !nothing.hidden;
    if (panes.open !== null && feed.get(panes.open) !== shown) panes.refresh();
  });
  // The summary that the opened request was drawn with.
  let shown;
  async function load(id) {
    shown = feed.get(id);
    try {
      return { one: await get(at("requests", id)) };
    } catch (error) {
      return { status: error.status, message: error.message };
    }
  }
  live.on("details", ({ id }) => id === panes.open && panes.refresh());
  live.on("open", () => panes.refresh());
  return {
    title: "Requests",
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

function draw({ one, status: number, message }) {
  if (one) return request(one);
  const kept = "The last thousand requests are kept, until the service stops.";
  return number === 404 ? empty("This request is not kept any more", kept) : empty("It cannot be shown", message);
}

function describe(request) {
  const { id, method, path, query, started, milliseconds } = request;
  const took = request.status === null ? "running" : duration(milliseconds);
  return {
    href: `#/requests/${encodeURIComponent(id)}`,
    text: `${method} ${path}${query ? `?${query}` : ""} ${request.status ?? "running"} ${family(request.status)} ${request.function ?? ""}`,
    label: `${method} ${path}, ${request.status ?? "running"}, ${took}, at ${clock(started)}`,
    cells: [
      status(request.status),
      el("span", { class: "what" }, el("span", { class: "method" }, method), el("code", { class: "path" }, path, query && el("span", { class: "query" }, `?${query}`))),
      el("span", { class: "took" }, took),
      el("time", { datetime: started }, clock(started)),
    ],
  };
}

/** `4xx` */
const family = (number) => (number === null ? "" : `${String(number)[0]}xx`);

async function sayEmpty(node, about) {
  const [{ api }, functions] = await Promise.all([about, get("/_local/functions").catch(() => [])]);
  const text = ["Send one, and it is here at once, with its trace and its log lines. ", el("a", { href: "/docs/" }, "API docs"), " has every route, ready to try."];
  node.replaceChildren(empty("No request yet", text, firstRequest(api, functions)));
}
