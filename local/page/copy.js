// A button that copies text.

import { el } from "./dom.js";

const SAID_FOR = 1500;

export function copyButton(label, text, attributes = {}) {
  const button = el("button", { type: "button", ...attributes }, label);
  // For a screen reader, which need not say that a button has another name.
  const said = el("span", { class: "unseen", role: "status" });
  let timer = 0;
  const say = (words) => {
    button.textContent = words;
    said.textContent = words;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
    }, SAID_FOR);
  };
  button.addEventListener("click", () => write(text()).then(() => say("Copied"), () => say("Not copied")));
  return el("span", { class: "action" }, button, said);
}

/** Only a page of `localhost` or HTTPS has the clipboard. On another address, a selection is copied. */
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = el("textarea", { class: "unseen", readonly: true });
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!copied) throw new Error("the browser does not allow it");
}
