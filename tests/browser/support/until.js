// Waits for a condition.

export async function until(what, condition, seconds = 20) {
  let found;
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    found = await condition();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${seconds} seconds have passed, and still not: ${what}`);
}
