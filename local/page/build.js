// The last build: in the header while all is well, as a notice with the compiler's message until a failure is mended.

import { el } from "./dom.js";
import { clock, count, duration } from "./format.js";

export function builds(live, notices) {
  const state = el("span", { class: "build", role: "status" });
  const title = el("summary");
  const message = el("pre", { role: "alert", tabindex: 0 });
  const notice = el("section", { class: "notice bad", "aria-label": "Failed build", hidden: true }, el("details", { open: true }, title, message));
  notices.append(notice);
  let shown = null;
  live.on("build", (build) => {
    state.className = `build ${build.state}`;
    state.replaceChildren(...words(build));
    state.title = build.functions?.length ? `replaced: ${build.functions.join(", ")}` : "";
    // A build that runs after one that failed may fail, too: its message stays until one is served.
    if (build.state === "served") notice.hidden = true;
    if (build.state === "failed" && shown !== `${build.number} ${build.message}`) {
      shown = `${build.number} ${build.message}`;
      title.replaceChildren(...failed(build));
      message.textContent = build.message;
    }
    if (build.state === "failed") notice.hidden = false;
  });
  return state;
}

function words({ number, state, milliseconds, functions }) {
  if (state === "running") return ["building"];
  if (state === "failed") return ["build failed"];
  if (number === 0) return [];
  const replaced = functions?.length ? `, ${count(functions.length, "function")}` : "";
  return [`served in ${duration(milliseconds)}`, el("span", { class: "of" }, replaced)];
}

function failed({ number, began, milliseconds }) {
  const rest = `at ${clock(began)}, after ${duration(milliseconds)}. The last good version is served.`;
  return [el("strong", {}, `Build ${number} failed`), el("span", { class: "of" }, rest)];
}
