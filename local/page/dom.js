// Makes elements. Data goes in as text nodes and attributes only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. A function among the attributes listens to the event `on<name>`; `null` and `false` are left out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Lengths and places of bars. The content security policy allows no `style` attribute, but the CSSOM. */
export function placed(node, properties) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(name, value);
  return node;
}

/** Replaces `old`, keeping what a person opened (`details`), buttons that a person is not done with, and the focus. They are found by `data-key`. */
export function renew(old, fresh) {
  const key = (node) => node.dataset?.key;
  for (const before of old.querySelectorAll("details[data-key]")) {
    const after = [...fresh.querySelectorAll("details[data-key]")].find((node) => key(node) === key(before));
    if (after) after.open = before.open;
  }
  const buttons = [...old.querySelectorAll(".action[data-open]")].map((before) => {
    const [own, all] = [before.querySelector("[data-key]"), [...fresh.querySelectorAll(".action")]];
    return [before, own && all.find((after) => key(after.querySelector("[data-key]") ?? {}) === key(own))];
  });
  const focused = old.contains(document.activeElement) ? key(document.activeElement) : undefined;
  const moved = buttons.filter(([, after]) => after);
  for (const [before, after] of moved) {
    before.toggleAttribute("data-moving", true);
    after.replaceWith(before);
  }
  old.replaceWith(fresh);
  if (focused) [fresh, ...fresh.querySelectorAll("[data-key]")].find((node) => key(node) === focused)?.focus();
  for (const [before] of moved) before.removeAttribute("data-moving");
  return fresh;
}
