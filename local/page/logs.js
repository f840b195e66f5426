// Log lines of functions. JSON lines are shown as the terminal shows them: level, message, members; opened, as JSON.

import { el } from "./dom.js";
import { exact } from "./format.js";
import { json, parsed } from "./json.js";

/** Members that every line has, or that are shown in a place of their own. */
const QUIET = new Set("timestamp time level message fields target span spans requestId xrayTraceId filename line_number".split(" "));
const LEVELS = { ERROR: "bad", WARN: "warn", INFO: "info" };

export function logs(lines) {
  if (lines.length === 0) return el("p", { class: "faint" }, "The functions logged nothing.");
  return el("ol", { class: "log" }, lines.map((line, index) => el("li", {}, one(line, index))));
}

function one({ at, function: name, text }, index) {
  const time = el("time", { datetime: at }, exact(at));
  const source = el("span", { class: "source" }, name);
  const value = parsed(text);
  if (value === undefined || Array.isArray(value)) return el("div", { class: "line" }, time, source, el("code", { class: "said" }, text));
  const said = value._aws ? metric(value) : record(value);
  return el("details", { "data-key": `log ${index}` }, el("summary", { class: "line" }, time, source, said), json(value));
}

function record(value) {
  const { level, fields } = value;
  const message = value.message ?? fields?.message;
  const members = Object.entries({ ...fields, ...value }).filter(([name, member]) => !QUIET.has(name) && member !== null);
  return el(
    "code",
    { class: "said" },
    level && el("span", { class: `level ${LEVELS[level] ?? ""}` }, String(level)),
    message !== undefined && [level && " ", el("span", { class: "message" }, plain(message))],
    members.map(pair),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
function metric(value) {
  const directives = Array.isArray(value._aws.CloudWatchMetrics) ? value._aws.CloudWatchMetrics : [];
  const names = directives.flatMap((directive) => directive?.Metrics ?? []).map((one) => one?.Name).filter((name) => name in value);
  return el("code", { class: "said" }, el("span", { class: "level" }, "metric"), names.map((name) => pair([name, value[name]])));
}

/** With a space before it, at which a line may break. */
const pair = ([name, value]) => [" ", el("span", { class: "pair" }, el("span", { class: "name" }, name), "=", plain(value))];

const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));
