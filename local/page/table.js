// The items of a table, by key.

import { at, get } from "./api.js";
import { el } from "./dom.js";
import { empty } from "./empty.js";
import { fetched } from "./fetched.js";
import { item } from "./item.js";

const PAGE = 100;
const TYPED = 200;

export function table({ live }) {
  let [tables, name, prefix, wanted] = [[], null, "", PAGE];
  const choice = el("select", { "aria-label": "Table", onchange: () => again(() => (name = choice.value)) });
  const input = el("input", { type: "search", placeholder: "Partition key begins with", "aria-label": "Partition key begins with", autocomplete: "off", spellcheck: "false" });
  const keys = el("span", { class: "of" });
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => again(() => (prefix = input.value)), TYPED);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.stopPropagation();
  });
  const part = fetched({ title: "Table", live, kinds: ["table", "build"], load, draw });
  const bar = el("div", { class: "bar-of-table" }, choice, input, keys);
  part.node.prepend(bar);
  part.node.classList.add("table-part");

  function again(change) {
    wanted = PAGE;
    change();
    part.refresh();
  }

  async function load() {
    tables = await get("/_local/tables");
    const one = tables.find((table) => table.name === name) ?? tables[0];
    if (!one) return { one: null };
    name = one.name;
    const asked = prefix;
    let [items, after] = [[], null];
    do {
      const query = new URLSearchParams({ limit: String(Math.min(PAGE, wanted - items.length)), ...(asked && { prefix: asked }), ...(after && { after }) });
      const page = await get(`${at("tables", name, "items")}?${query}`);
      items = items.concat(page.items);
      after = page.after;
    } while (after && items.length < wanted);
    return { one, items, more: after !== null, asked };
  }

  function draw({ one, items, more, asked }) {
    bar.hidden = !one;
    if (!one) return empty("No table", "Tables of the template, AWS::DynamoDB::Table, are here with their items.");
    choice.replaceChildren(...tables.map((table) => el("option", { selected: table.name === one.name }, table.name)));
    const [partition, sort] = one.key;
    keys.textContent = [[partition, sort].filter(Boolean).join(", "), ...one.indexes.map((index) => `${index.name} (${index.key.join(", ")})`), one.ttl && `expires by ${one.ttl}`].filter(Boolean).join(" · ");
    if (items.length === 0) {
      return asked ? empty("No such item", `No partition key begins with ${asked}`) : empty("The table is empty", "Items are here as soon as a function writes one.");
    }
    const load = el("button", { type: "button", "data-key": "more", onclick: () => ((wanted += PAGE), part.refresh()) }, "Load more");
    return [groups(items, partition, sort), more && el("p", { class: "more" }, load)];
  }

  return Object.assign(part, { filter: () => input.focus() });
}

/** Items that have their partition key in common stand together. */
function groups(items, partition, sort) {
  const byKey = new Map();
  for (const one of items) {
    const key = plain(one.key[partition]);
    byKey.set(key, [...(byKey.get(key) ?? []), one]);
  }
  return [...byKey].map(([key, members]) => el("section", { class: "group", "aria-label": key }, el("h2", {}, el("code", {}, key)), el("ul", { class: "items" }, members.map((one) => el("li", {}, item(one, [partition, sort]))))));
}

export const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value) ?? "");
