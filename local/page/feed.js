// A list that is fetched once and then kept up to date by live messages. Newest first.

import { get } from "./api.js";

const MOST = 1000;

export class Feed {
  /** By id, oldest first. */
  #items = new Map();
  #path;
  #changed;
  /** Messages that came while the list was being fetched: they are newer than what it says. */
  #waiting = null;
  #frame = 0;
  /** False until the list has been fetched once. */
  known = false;

  /** `changed` is called, at most once a frame, after items have come or changed. */
  constructor(live, path, kind, changed) {
    this.#path = path;
    this.#changed = changed;
    live.on("open", () => this.#fetch());
    live.on(kind, (item) => (this.#waiting ? this.#waiting.push(item) : this.#put(item)));
  }

  get items() {
    return [...this.#items.values()].reverse();
  }

  get(id) {
    return this.#items.get(id);
  }

  async #fetch() {
    const waiting = [];
    this.#waiting = waiting;
    try {
      const listed = await get(this.#path);
      this.#items = new Map(listed.reverse().map((item) => [item.id, item]));
      this.known = true;
    } catch {
      // The connection is lost again. `Live` says so, and the next one fetches again.
    }
    if (this.#waiting !== waiting) return;
    this.#waiting = null;
    waiting.forEach((item) => this.#put(item));
    this.#soon();
  }

  #put(item) {
    this.#items.set(item.id, item);
    for (const [oldest] of this.#items) {
      if (this.#items.size <= MOST) break;
      this.#items.delete(oldest);
    }
    this.#soon();
  }

  #soon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#changed());
  }
}
