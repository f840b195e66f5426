// The header of every page: the service's name, the parts, the pages that the template mounts, the API's documentation.

import { get } from "./api.js";
import { el } from "./dom.js";

export const PARTS = [
  ["Requests", "requests"],
  ["Events", "events"],
  ["Queues", "queues"],
  ["Functions", "functions"],
  ["Schedules", "schedules"],
  ["Table", "table"],
];

/**
 * Fills the header. `current` is the `href` of the page that shows it, or null; `aside` stands at its end. `refresh` asks again for
 * what a template can change.
 */
export function header(node, current = location.pathname, aside = null) {
  const name = el("span", {}, "cargo local");
  const stage = el("span", { class: "stage", hidden: true });
  const nav = el("nav", { "aria-label": "Parts" });
  const link = (title, href) => el("a", { href, "aria-current": same(href, current) ? "page" : null }, title);
  let shown = null;
  const pages = (mounted) => {
    if (JSON.stringify(mounted) === shown) return;
    shown = JSON.stringify(mounted);
    const parts = PARTS.map(([title, part]) => link(title, `/_local/#/${part}`));
    const others = [...mounted, { title: "API docs", href: "/docs/" }].map(({ title, href }) => link(title, href));
    nav.replaceChildren(...parts, el("span", { class: "apart" }), ...others);
    nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  };
  pages([]);
  const brand = el("a", { class: "brand", href: "/_local/" }, el("img", { src: "/_local/icon.svg", alt: "" }), name, stage);
  node.replaceChildren(...[brand, nav, aside].filter(Boolean));
  const ask = async () => {
    const about = await get("/_local/about");
    name.textContent = about.service;
    stage.textContent = about.stage;
    stage.hidden = false;
    pages(about.pages ?? []);
    return about;
  };
  return { about: ask(), refresh: ask, mark: (part) => mark(nav, `/_local/#/${part}`) };
}

/** Marks the link of the part that is shown. */
function mark(nav, href) {
  for (const link of nav.querySelectorAll("a")) {
    if (link.getAttribute("href") === href) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const same = (href, current) => current !== null && href.replace(/\/$/, "") === current.replace(/\/$/, "");
