'use strict';

const MACHINES = { x86_64: 62, arm64: 183 };
/** The glibc of each runtime: https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html */
const GLIBC = { 'provided.al2023': '2.34', 'provided.al2': '2.26' };
const SHT_GNU_VERNEED = 0x6ffffffe;
const VER_FLG_WEAK = 2;

/** The reason why Lambda cannot run this executable, as a sentence; nothing if it can. */
function checkBinary(content, { binary, architecture, runtime }) {
  if (content.length < 64 || content.readUInt32BE(0) !== 0x7f454c46 || content[4] !== 2 || content[5] !== 1) {
    return `"${binary}" is no 64-bit Linux executable; build it with cargo-lambda: pip install cargo-lambda`;
  }
  if (content.readUInt16LE(18) !== MACHINES[architecture]) {
    return `"${binary}" is not built for ${architecture}`;
  }
  const [needed, offered] = [glibc(content), GLIBC[runtime]];
  if (needed && offered && compare(needed, offered) > 0) {
    return (
      `"${binary}" needs glibc ${needed}, and ${runtime} has ${offered}: ` +
      'build it with cargo-lambda (pip install cargo-lambda), or on an older system'
    );
  }
  return undefined;
}

/** The newest glibc version that the executable requires, from `.gnu.version_r`. */
function glibc(content) {
  const sections = sectionHeaders(content);
  let newest;
  for (const section of sections.filter(({ type }) => type === SHT_GNU_VERNEED)) {
    const names = sections[section.link];
    // A linked list of libraries, each with a linked list of required versions. Offsets lead to the next entry.
    for (let library = section.offset, more = section.info; more > 0; more -= 1) {
      let version = library + content.readUInt32LE(library + 8);
      for (let left = content.readUInt16LE(library + 2); left > 0; left -= 1) {
        const start = names.offset + content.readUInt32LE(version + 8);
        const name = content.toString('latin1', start, content.indexOf(0, start));
        const [, number] = /^GLIBC_(\d[\d.]*)$/.exec(name) ?? [];
        const weak = content.readUInt16LE(version + 4) & VER_FLG_WEAK;
        if (number && !weak && (!newest || compare(number, newest) > 0)) newest = number;
        version += content.readUInt32LE(version + 12);
      }
      library += content.readUInt32LE(library + 12);
    }
  }
  return newest;
}

function sectionHeaders(content) {
  const [start, size, count] = [Number(content.readBigUInt64LE(40)), content.readUInt16LE(58), content.readUInt16LE(60)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: content.readUInt32LE(at + 4),
      offset: Number(content.readBigUInt64LE(at + 24)),
      link: content.readUInt32LE(at + 40),
      info: content.readUInt32LE(at + 44),
    };
  });
}

function compare(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

module.exports = { checkBinary, glibc };
