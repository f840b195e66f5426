// JSON with its numbers as they are written. A number of JavaScript has 15 digits; one of DynamoDB or of Rust may have more.

/** Parses JSON. A number that JavaScript would round is kept as its text, and is written so by `JSON.stringify`. */
export function exactly(text) {
  if (!JSON.rawJSON) return JSON.parse(text);
  return JSON.parse(text, (_, value, context) => (typeof value === "number" && isRounded(value, context?.source) ? JSON.rawJSON(context.source) : value));
}

/** Whether the number is another than its digits say. `1.50` and `15e-1` are the same as `1.5`. */
function isRounded(value, source) {
  return source !== undefined && digits(String(value)) !== digits(source);
}

/** The digits that count, without the point, the exponent, and zeros at either end. */
const digits = (number) => number.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "");

/** Whether this is a value without members: also such a number. */
export const isPlain = (value) => value === null || typeof value !== "object" || isRaw(value);

export const isRaw = (value) => Boolean(JSON.isRawJSON?.(value));
