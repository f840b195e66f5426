// A list and, beside it, what is opened of it. On a narrow window one of the two is seen.

import { el, renew } from "./dom.js";

export class Panes {
  #part;
  #list;
  #load;
  #draw;
  #drawn = null;
  #open = null;
  #busy = null;

  /** `load(id)` has the data of an item and `draw(data)` its elements; `title` names the list on the way back. */
  constructor({ part, title, list, load, draw }) {
    this.#part = part;
    this.#list = list;
    this.#load = load;
    this.#draw = draw;
    const close = el("a", { class: "close", href: `#/${part}`, "aria-label": `Close, back to ${title}` }, el("span", { class: "back", "aria-hidden": "true" }, `‹ ${title}`), el("span", { class: "cross", "aria-hidden": "true" }, "×"));
    this.content = el("div", { class: "content" });
    this.article = el("article", { class: "detail", tabindex: -1, hidden: true }, close, this.content);
    this.master = el("section", { class: "master" }, list.node);
    this.node = el("div", { class: "panes" }, this.master, this.article);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#open !== null) location.hash = `#/${part}`;
    });
  }

  get open() {
    return this.#open;
  }

  /** Opens an item, or with null closes the one that is open. */
  async show(id) {
    const before = this.#open;
    this.#open = id;
    this.#list.mark(id);
    this.article.hidden = id === null;
    this.node.classList.toggle("opened", id !== null);
    if (id === null) {
      this.content.replaceChildren();
      this.#drawn = null;
      if (before !== null) this.#list.focus(before);
      return;
    }
    if (id === before) return;
    this.article.scrollTop = 0;
    await this.refresh();
    if (this.#open === id && this.node.offsetParent) this.article.focus({ preventScroll: true });
  }

  /** Focuses the link of the item that is open, or else the first one; the item itself where it hides the list. */
  focus() {
    if (this.#isAlone()) this.article.focus();
    else this.#list.focus(this.#open);
  }

  /** Focuses the filter. An item that hides the list is closed first. */
  filter() {
    if (this.#isAlone()) {
      // What `show` does when the address has changed would take the focus away again.
      addEventListener("hashchange", () => this.#list.input.focus(), { once: true });
      location.hash = `#/${this.#part}`;
    } else this.#list.input.focus();
  }

  /** Whether the item is open and the list is hidden, as on a narrow window. */
  #isAlone() {
    return this.#open !== null && this.master.offsetParent === null;
  }

  /** Draws the content again if its data are others. Calls while they are loaded are one call after it. */
  async refresh() {
    if (this.#open === null) return;
    if (this.#busy) {
      this.#busy.again = true;
      return this.#busy.done;
    }
    const busy = { again: false };
    this.#busy = busy;
    busy.done = this.#renew(busy).finally(() => (this.#busy = null));
    return busy.done;
  }

  async #renew(busy) {
    do {
      busy.again = false;
      const id = this.#open;
      if (id === null) return;
      const data = await this.#load(id);
      const text = JSON.stringify([id, data]);
      if (this.#open !== id) busy.again = true;
      else if (text !== this.#drawn) {
        this.content = renew(this.content, el("div", { class: "content" }, this.#draw(data)));
        this.#drawn = text;
      }
    } while (busy.again);
  }
}
