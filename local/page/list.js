// A list of links with a filter. One link is in the tab order; arrow keys, j and k move, Enter opens, `/` filters.

import { el } from "./dom.js";

export class List {
  #rows = new Map();
  #describe;
  #current = null;

  /** `describe(item)` has `href`, `text` for the filter, `label` for screen readers, and `cells`. */
  constructor({ label, filter, describe }) {
    this.#describe = describe;
    this.list = el("ul", { class: "rows", "aria-label": label });
    this.input = el("input", { type: "search", placeholder: filter, "aria-label": filter, autocomplete: "off", spellcheck: "false" });
    this.input.addEventListener("input", () => this.#draw());
    this.input.addEventListener("keydown", (event) => this.#typed(event));
    this.list.addEventListener("keydown", (event) => this.#pressed(event));
    this.none = el("p", { class: "none", role: "status", hidden: true }, "None of them matches the filter.");
    const hint = el("kbd", { class: "hint", "aria-hidden": "true" }, "/");
    this.node = el("div", { class: "list" }, el("div", { class: "filter" }, this.input, hint), this.list, this.none);
  }

  /** Shows these items, in this order. A row is made again only if its item is another. */
  show(items) {
    this.#rows = new Map(items.map((item) => [item.id, this.#row(item)]));
    this.#draw();
  }

  /** Only rows that match are in the document: hiding hundreds takes a browser half a second. */
  #draw() {
    const terms = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...this.#rows.values()].filter((row) => terms.every((term) => row.text.includes(term)));
    const nodes = new Set(rows.map(({ node }) => node));
    for (const node of [...this.list.children]) if (!nodes.has(node)) node.remove();
    let next = this.list.firstChild;
    for (const node of nodes) {
      if (node === next) next = next.nextSibling;
      else this.list.insertBefore(node, next);
    }
    this.none.hidden = rows.length > 0 || this.#rows.size === 0;
    this.#tabbable();
  }

  #row(item) {
    const row = this.#rows.get(item.id) ?? { node: el("li") };
    if (row.item === item) return row;
    const { href, text, label, cells } = this.#describe(item);
    row.link ??= el("a", { href, tabindex: -1 });
    row.link.setAttribute("aria-label", label);
    row.link.replaceChildren(...cells);
    if (!row.item) row.node.append(row.link);
    if (item.id === this.#current) row.link.setAttribute("aria-current", "true");
    return Object.assign(row, { item, text: text.toLowerCase() });
  }

  /** Marks the item that is open. */
  mark(id) {
    this.#rows.get(this.#current)?.link.removeAttribute("aria-current");
    this.#current = id;
    this.#rows.get(id)?.link.setAttribute("aria-current", "true");
    this.#tabbable();
  }

  /** Focuses the item's link, or else the first one. */
  focus(id) {
    (this.#rows.get(id)?.link ?? this.#links()[0] ?? this.input).focus();
  }

  #links() {
    return [...this.list.querySelectorAll("a")];
  }

  /** The one link that Tab reaches: the focused one, the open one, or the first. */
  #tabbable() {
    const links = this.#links();
    const one = links.find((link) => link === document.activeElement) ?? links.find((link) => link.hasAttribute("aria-current")) ?? links[0];
    for (const link of links) if ((link.tabIndex === 0) !== (link === one)) link.tabIndex = link === one ? 0 : -1;
  }

  #typed(event) {
    if (event.key === "ArrowDown" || event.key === "Enter") this.#links()[0]?.focus();
    else if (event.key === "Escape" && this.input.value) {
      this.input.value = "";
      this.#draw();
    } else if (event.key === "Escape") this.focus(this.#current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const links = this.#links();
    const index = links.indexOf(document.activeElement);
    const page = Math.max(1, Math.floor(this.list.clientHeight / (links[0]?.offsetHeight || 1)) - 1);
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: -links.length, End: links.length };
    const step = steps[event.key];
    if (step === undefined || index < 0) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, index + step))].focus();
    this.#tabbable();
  }
}
