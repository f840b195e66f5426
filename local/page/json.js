// JSON as text with colours, and bodies that may be JSON.

import { el } from "./dom.js";
import { size } from "./format.js";
import { exactly, isPlain, isRaw } from "./numbers.js";

/** A value, indented. Short lists and objects of plain values stay on a line. */
export function json(value) {
  return el("pre", { class: "json", tabindex: 0 }, code(value, ""));
}

const LINE = 72;

function code(value, indent) {
  if (isPlain(value)) return leaf(value);
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return [open + close];
  const named = !Array.isArray(value);
  const one = (inner) => ([key, member]) => [named && el("span", { class: "name" }, JSON.stringify(key)), named && ": ", code(member, inner)];
  const plain = entries.every(([, member]) => isPlain(member));
  if (plain && indent.length + JSON.stringify(value).length <= LINE && indent) {
    const members = entries.map(one("")).flatMap((parts, index) => (index ? [", ", parts] : [parts]));
    return named ? ["{ ", members, " }"] : ["[", members, "]"];
  }
  const inner = `${indent}  `;
  const members = entries.map(one(inner)).flatMap((parts, index) => [index ? ",\n" : "\n", inner, parts]);
  return [open, members, "\n", indent, close];
}

function leaf(value) {
  const kind = typeof value === "string" ? "string" : typeof value === "number" || isRaw(value) ? "number" : "literal";
  return [el("span", { class: kind }, JSON.stringify(value))];
}

/** A value if the text is a JSON object or list, else undefined. A bare number may be anything. */
export function parsed(text) {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return exactly(text);
  } catch {
    return undefined;
  }
}

/** The body of a request or an answer: `{text, base64, bytes, truncated}`. */
export function body({ text, base64, bytes, truncated }) {
  if (!bytes) return el("p", { class: "faint" }, "No body.");
  const value = truncated ? undefined : parsed(text);
  const shown = value === undefined ? el("pre", { class: "raw", tabindex: 0 }, text ?? base64) : json(value);
  const notes = [size(bytes), text === null && "in base64, since it is no text", truncated && "only the beginning is kept"];
  return el("div", {}, shown, el("p", { class: "faint" }, notes.filter(Boolean).join(", ")));
}
