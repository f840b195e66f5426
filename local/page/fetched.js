// A part that is fetched when it is shown, when a live message says that it changed, and when the connection is back.

import { el, renew } from "./dom.js";

/** `load()` has the data, `draw(data)` its elements. What is drawn stays while the data are the same. */
export function fetched({ title, live, kinds, load, draw, opened = () => {} }) {
  const node = el("div", { class: "part" });
  let content = el("div", {}, el("p", { class: "faint", role: "status" }, "Loading"));
  node.append(content);
  let [shown, drawn, busy, again] = [false, null, false, false];

  async function refresh() {
    if (!shown) return;
    if (busy) return void (again = true);
    busy = true;
    do {
      again = false;
      try {
        const data = await load();
        const text = JSON.stringify(data);
        if (text !== drawn) content = renew(content, el("div", {}, draw(data)));
        drawn = text;
      } catch (error) {
        // Without a connection, what was there stays. The notice above says so.
        if (error.status) content = renew(content, el("div", {}, el("p", { class: "fault", role: "alert" }, error.message)));
        drawn = null;
      }
    } while (again && shown);
    busy = false;
  }

  for (const kind of ["open", ...kinds]) live.on(kind, refresh);
  return {
    title,
    node,
    refresh,
    async show(rest) {
      shown = true;
      await refresh();
      opened(rest, node);
    },
    hide: () => (shown = false),
  };
}
