// One request: what was asked, what was answered, and what happened in between.

import { actionButton } from "./action.js";
import { at, post } from "./api.js";
import { copyButton } from "./copy.js";
import { el } from "./dom.js";
import { duration, exact, moment } from "./format.js";
import { body } from "./json.js";
import { logs } from "./logs.js";
import { trace } from "./trace.js";

/** A status with its colour. Null while the request runs. */
export function status(number) {
  const kind = number === null ? "running" : ["info", "info", "ok", "info", "warn", "bad"][Math.floor(number / 100)] ?? "bad";
  return el("span", { class: `status ${kind}` }, number === null ? "···" : String(number));
}

export function request(one) {
  const { id, method, path, query, started, milliseconds } = one;
  const again = async () => {
    const made = await post(at("requests", id, "again"));
    location.hash = `#/requests/${encodeURIComponent(made.id)}`;
  };
  return [
    el(
      "header",
      { class: "title" },
      el("h2", {}, el("span", { class: "method" }, method), " ", el("code", {}, path, query && el("span", { class: "query" }, `?${query}`))),
      el(
        "ul",
        { class: "facts" },
        el("li", {}, status(one.status)),
        el("li", {}, one.status === null ? "running" : duration(milliseconds)),
        el("li", {}, one.function ? el("a", { href: `#/functions/${encodeURIComponent(one.function)}` }, one.function) : "no route took it"),
        el("li", {}, el("time", { datetime: started, title: exact(started) }, moment(started))),
        el("li", { class: "id" }, el("code", { title: "apigw-requestid" }, id)),
      ),
      el("div", { class: "actions" }, actionButton("Again", again, { key: "again" }), copyButton("Copy as curl", () => one.curl, { "data-key": "curl" })),
    ),
    section("Trace", trace(one.spans, one.status === null)),
    section("Log", logs(one.logs)),
    section("Request", ...message(one.request, "request")),
    section("Answer", ...(one.response ? message(one.response, "answer") : [el("p", { class: "faint" }, "There is none yet.")])),
  ];
}

function section(title, ...content) {
  return el("section", { class: "block", "aria-label": title }, el("h3", {}, title), ...content);
}

function message({ headers, body: content }, key) {
  const lines = headers.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  const title = `Headers (${headers.length})`;
  return [body(content), el("details", { class: "headers", "data-key": key }, el("summary", {}, title), el("dl", {}, lines))];
}
