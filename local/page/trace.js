// A trace as bars. What the stream, queues and rules did later has scales of its own: it may begin seconds after the answer.

import { el, placed } from "./dom.js";
import { duration } from "./format.js";
import { cost, facts, named } from "./span.js";

const STEPS = [1, 2, 5];

/** `running`: the request has no answer yet, and more spans come. */
export function trace(spans, running) {
  if (spans.length === 0) {
    const text = running ? "Spans come with the answer." : "No function took part: the gateway answered by itself.";
    return el("p", { class: "faint" }, text);
  }
  const { roots, children } = tree(spans);
  const first = rows(roots.filter((span) => !isLater(span)), children);
  const later = roots.filter(isLater);
  return el(
    "div",
    { class: "trace" },
    facts(first.map(({ span }) => span), running),
    first.length > 0 && chart(first, 0),
    later.map((span) => {
      const drawn = rows([span], children);
      const from = Math.min(...drawn.map((one) => one.span.start));
      return [el("h4", {}, `Afterwards, ${duration(Math.max(0, from))} after the request came`), chart(drawn, from)];
    }),
  );
}

/** Invocations that begin on their own, after what caused them. */
const CALLED_LATER = ["stream", "queue", "rule"];
const isCalledLater = ({ kind }) => CALLED_LATER.includes(kind);
const isLater = (span) => isCalledLater(span) || span.kind === "event";

/** Spans by parent. One that is called later is a root, whatever caused it; so is one without its parent. */
function tree(spans) {
  const known = new Map(spans.map((span) => [span.id, span]));
  const children = new Map();
  const roots = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    // The start of the process that took a batch belongs to the batch.
    const batch = known.get(span.id.replace(/:init$/, ""));
    const parent = span.kind === "init" && batch && isCalledLater(batch) ? batch.id : span.parent;
    if (isCalledLater(span) || !known.has(parent)) roots.push(span);
    else children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  return { roots, children };
}

/** The spans in the order of drawing, each with its depth. */
function rows(roots, children) {
  const out = [];
  const add = (span, depth) => {
    out.push({ span, depth });
    for (const child of children.get(span.id) ?? []) add(child, depth + 1);
  };
  for (const root of roots) add(root, 0);
  return out;
}

function chart(drawn, from) {
  const end = Math.max(...drawn.map(({ span }) => span.start + (span.milliseconds ?? 0)));
  const { step, length } = scale(end - from);
  const share = (milliseconds) => `${(100 * milliseconds) / length}%`;
  const ticks = [];
  for (let at = 0; at <= length * 1.0001; at += step) ticks.push(placed(el("span", {}, duration(at)), { left: share(at) }));
  const axis = el("div", { class: "axis", "aria-hidden": "true" }, el("div", { class: "lane" }, ticks));
  const bars = drawn.map(({ span, depth }) => row(span, depth, share(span.start - from), share(span.milliseconds ?? 0)));
  return placed(el("div", { class: "chart" }, axis, bars), { "--step": share(step) });
}

/** Three to five steps of 1, 2 or 5 times a power of ten, and the length that they have together. */
export function scale(milliseconds) {
  const most = Math.max(milliseconds, 0.1);
  const power = 10 ** Math.floor(Math.log10(most / 5));
  const step = power * (STEPS.find((times) => power * times >= most / 5) ?? 10);
  return { step, length: Math.ceil(most / step - 1e-9) * step };
}

function row(span, depth, left, width) {
  const { title, of, paid } = named(span);
  const bar = placed(el("span", { class: `bar ${colour(span)}${span.error ? " error" : ""}` }), { left, width });
  const label = el("span", { class: "label" }, el("span", { class: "name" }, title), of && el("span", { class: "of" }, of));
  const took = span.milliseconds === null ? "running" : span.kind === "event" ? "" : duration(span.milliseconds);
  const summary = el(
    "summary",
    {},
    placed(label, { "--depth": depth }),
    el("span", { class: "lane", "aria-hidden": "true" }, bar),
    el("span", { class: "took" }, span.error && el("span", { class: "failed" }, "failed "), took, paid && el("span", { class: "of" }, paid)),
  );
  return el("details", { class: "span", "data-key": `span ${span.id}` }, summary, cost(span));
}

/** The class of a bar: calls are told apart by service. */
function colour({ kind, detail }) {
  return kind === "call" ? String(detail?.service ?? "call").toLowerCase().replace(/[^a-z]/g, "") : kind;
}
