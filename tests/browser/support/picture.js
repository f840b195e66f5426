// Pictures of the pages for the documentation, with PICTURES=1.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(import.meta.dirname, "../../../docs/pictures");
/** A clone downloads every version of every picture. */
const MOST_BYTES = 150 * 1024;

export async function picture(page, name) {
  if (!process.env.PICTURES) return;
  // Neither a ring nor a hover of the last click.
  await page.evaluate(() => document.activeElement?.blur());
  await page.mouse.move(0, 0);
  const image = await page.screenshot({ animations: "disabled", caret: "hide" });
  assert.ok(image.length < MOST_BYTES, `${name}.png has ${image.length} bytes`);
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(path.join(FOLDER, `${name}.png`), image);
}
