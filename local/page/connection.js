// Says that the connection is lost, and since when.

import { el } from "./dom.js";
import { clock } from "./format.js";

/** A lost connection is said after a moment: `cargo local` may only be starting again. */
const PATIENCE = 1500;

export function connection(live, notices) {
  const dot = el("span", { class: "live", role: "status" });
  const notice = el("section", { class: "notice warn", role: "alert", hidden: true });
  notices.append(notice);
  let timer = 0;
  const show = (state) => {
    clearTimeout(timer);
    dot.className = `live ${state}`;
    dot.textContent = state === "open" ? "live" : state === "lost" ? "lost" : "";
    if (state !== "lost") return void (notice.hidden = true);
    const since = clock(Date.now());
    timer = setTimeout(() => {
      const rest = `since ${since}. This page shows what it had, and connects again by itself.`;
      notice.replaceChildren(el("strong", {}, "cargo local does not answer"), el("span", { class: "of" }, rest));
      notice.hidden = false;
    }, PATIENCE);
  };
  live.on("state", show);
  show(live.state);
  return dot;
}
