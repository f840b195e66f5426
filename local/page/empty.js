// An empty part: what will be here, and a command to try.

import { copyButton } from "./copy.js";
import { el } from "./dom.js";

export function empty(title, text, command = null) {
  const words = Array.isArray(text) ? text : [text];
  const tried =
    command &&
    el("div", { class: "command" }, el("code", { tabindex: 0 }, command), copyButton("Copy", () => command, { class: "small" }));
  return el("div", { class: "empty" }, el("h2", {}, title), el("p", {}, ...words), tried);
}

/** The command for a first request: a `GET` route without parameters, if a function has one. */
export function firstRequest(api, functions) {
  const routes = functions.flatMap(({ callers }) => callers ?? []);
  const plain = routes.find((route) => /^GET \/[^{]*$/.test(route));
  return `curl -i ${api}${plain ? plain.slice(4) : "/"}`;
}
