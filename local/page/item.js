// An item of a table: its sort key, its kind, and its attributes.

import { el } from "./dom.js";
import { json } from "./json.js";
import { isPlain } from "./numbers.js";

const PREVIEWED = 6;
const LONGEST = 40;

export function item({ key, kind, item: attributes }, [partition, sort]) {
  const names = Object.keys(attributes).filter((name) => name !== partition && name !== sort);
  const short = names.map((name) => [name, attributes[name]]).filter(([, value]) => value !== null && (isPlain(value) || Array.isArray(value)));
  const preview = short.slice(0, PREVIEWED).map(([name, value]) => el("span", { class: "pair" }, el("span", { class: "name" }, name), "=", cut(text(value))));
  return el(
    "details",
    { "data-key": `item ${JSON.stringify(key)}` },
    el(
      "summary",
      {},
      el("code", { class: "sort" }, sort ? text(key[sort]) : ""),
      el("code", { class: "preview" }, preview),
      kind && el("span", { class: "kind" }, kind),
    ),
    json(attributes),
  );
}

const text = (value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "");
const cut = (words) => (words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words);
