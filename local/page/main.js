// The page: one part at a time, by the hash of the address, as `#/requests/<id>`.

import { builds } from "./build.js";
import { connection } from "./connection.js";
import { el } from "./dom.js";
import { events } from "./events.js";
import { fetched } from "./fetched.js";
import { functionsPart } from "./functions.js";
import { header } from "./header.js";
import { Live } from "./live.js";
import { queuesPart } from "./queues.js";
import { requests } from "./requests.js";
import { schedulesPart } from "./schedules.js";
import { table } from "./table.js";

const live = new Live();
const main = document.getElementById("main");
const notices = document.getElementById("notices");
const aside = el("div", { class: "states" }, builds(live, notices), connection(live, notices));
const { about, mark, refresh } = header(document.getElementById("top"), null, aside);
// Without an answer, the notice of the lost connection says what there is to say.
const told = about.catch(() => ({ service: "", stage: "", api: location.origin }));

const parts = {
  requests: requests({ live, about: told }),
  events: events({ live }),
  queues: fetched({ live, ...queuesPart() }),
  functions: fetched({ live, ...functionsPart() }),
  schedules: fetched({ live, ...schedulesPart() }),
  table: table({ live }),
};
for (const part of Object.values(parts)) {
  part.node.hidden = true;
  main.append(part.node);
}
let current = null;

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const part = Object.hasOwn(parts, name) ? name : "requests";
  if (current && current !== part) {
    parts[current].hide?.();
    parts[current].node.hidden = true;
  }
  parts[part].node.hidden = false;
  parts[part].show(rest.filter(Boolean));
  if (current !== part) mark(part);
  current = part;
  told.then(({ service }) => (document.title = [parts[part].title, service].filter(Boolean).join(" · ")));
}

/** A part of the hash that is no valid encoding is taken as it is. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

addEventListener("hashchange", route);
// Its target would be a part, as any hash.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "/" && parts[current].filter) {
    event.preventDefault();
    parts[current].filter();
  }
  const isNowhere = document.activeElement === document.body || document.activeElement === main;
  if (["j", "k", "ArrowDown", "ArrowUp"].includes(event.key) && isNowhere && parts[current].focus) {
    event.preventDefault();
    parts[current].focus();
  }
});
// A version that was served may have other pages.
live.on("build", () => refresh().then(() => mark(current), () => {}));
live.start();
route();
// The header's pages are known only now.
told.then(() => mark(current));
