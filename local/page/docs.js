// The header of /docs, and Swagger UI's dark colours where the system's are dark.

import { header } from "./header.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const { about } = header(document.getElementById("top"));
about.then(
  ({ service }) => (document.title = `API docs · ${service}`),
  // The page is of use without its name.
  () => {},
);
