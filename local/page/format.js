// Times, durations and sizes as a person reads them.

const two = (number) => String(number).padStart(2, "0");

/** `14:03:22`, of the reader's own time zone. */
export function clock(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** `14:03:22.417` */
export function exact(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : `${clock(time)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** `14:03:22`, with the date where that is another day. */
export function moment(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  if (date.toDateString() === new Date().toDateString()) return clock(time);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(time)}`;
}

/** `4.2 ms`, `318 ms`, `1.9 s`, `2 min 5 s` */
export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  if (milliseconds < 10) return `${trim(milliseconds.toFixed(milliseconds < 1 ? 2 : 1))} ms`;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59950) return `${trim((milliseconds / 1000).toFixed(milliseconds < 9950 ? 2 : 1))} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const trim = (text) => text.replace(/\.?0+$/, "") || "0";

/** `in 34 s`, `2 min 5 s ago`: whole seconds. */
export function relative(time, now = Date.now()) {
  const seconds = Math.round((new Date(time).getTime() - now) / 1000);
  if (seconds === 0) return "now";
  const text = Math.abs(seconds) < 60 ? `${Math.abs(seconds)} s` : duration(Math.abs(seconds) * 1000);
  return seconds > 0 ? `in ${text}` : `${text} ago`;
}

/** `512 bytes`, `3.4 KiB` */
export function size(bytes) {
  if (bytes < 1024) return count(bytes, "byte");
  return bytes < 1024 * 1024 ? `${trim((bytes / 1024).toFixed(1))} KiB` : `${trim((bytes / 1048576).toFixed(1))} MiB`;
}

/** `1 message`, `3 messages` */
export const count = (number, noun, plural = `${noun}s`) => `${number} ${number === 1 ? noun : plural}`;
