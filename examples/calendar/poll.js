// Reads again every few seconds while the page is visible, and at once where something happened.

const EVERY = 5000;

export class Poll {
  #work;
  #timer;

  constructor(work) {
    this.#work = work;
    document.addEventListener('visibilitychange', () => this.now());
  }

  /** Reads now, and from now on at the interval. */
  async now(isPolled = false) {
    clearTimeout(this.#timer);
    if (document.hidden) return;
    const timer = {};
    this.#timer = timer;
    await this.#work(isPolled);
    // Where it was called again meanwhile, that call goes on.
    if (this.#timer === timer) this.#timer = setTimeout(() => this.now(true), EVERY);
  }
}
