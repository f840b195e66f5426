// Asks `cargo local`.

import { exactly } from "./numbers.js";

async function ask(path, method = "GET") {
  const answer = await fetch(path, { method, headers: { accept: "application/json" } });
  const text = await answer.text();
  const body = parsed(text);
  if (answer.ok) return body;
  const error = new Error(body?.message ?? `${method} ${path} was answered with ${answer.status}`);
  error.status = answer.status;
  throw error;
}

function parsed(text) {
  try {
    return text ? exactly(text) : null;
  } catch {
    return null;
  }
}

export const get = (path) => ask(path);
export const post = (path) => ask(path, "POST");
export const remove = (path) => ask(path, "DELETE");

/** A path below `/_local/` with each part encoded: ids have slashes and equals signs. */
export const at = (...parts) => `/_local/${parts.map(encodeURIComponent).join("/")}`;
