// Live messages: the server-sent events of `/_local/live`. Connects again by itself.

import { exactly } from "./numbers.js";

const KINDS = ["requests", "details", "events", "queues", "functions", "schedules", "table", "build"];
const AGAIN_AFTER = 500;

export class Live {
  /** `connecting`, `open`, `lost`, or `asleep` while the page is not seen. */
  state = "connecting";
  #listeners = new Map();
  #source = null;
  #timer = 0;

  constructor() {
    // A browser keeps six connections to a host: those of pages in the background would stop the one that is looked at.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#sleep() : this.start()));
  }

  /** Calls `heard` with the data of each message. `open`: connected, perhaps again. `state`: connected, lost, asleep. */
  on(kind, heard) {
    this.#listeners.set(kind, [...(this.#listeners.get(kind) ?? []), heard]);
  }

  start() {
    clearTimeout(this.#timer);
    if (document.hidden) return this.#sleep();
    this.#source?.close();
    const source = new EventSource("/_local/live");
    this.#source = source;
    source.addEventListener("open", () => {
      this.#become("open");
      this.#tell("open");
    });
    // A browser connects again by itself after some errors and not after others, so this does.
    source.addEventListener("error", () => {
      source.close();
      this.#become("lost");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.start(), AGAIN_AFTER);
    });
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => this.#tell(kind, exactly(message.data || "{}")));
    }
  }

  #sleep() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#become("asleep");
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#tell("state", state);
  }

  #tell(kind, data) {
    for (const heard of this.#listeners.get(kind) ?? []) heard(data);
  }
}
