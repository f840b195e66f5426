'use strict';

const MACHINES = { x86_64: 62, arm64: 183 };

/** A minimal 64-bit Linux executable that requires these versions of glibc. */
function elf(architecture, ...versions) {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(MACHINES[architecture], 18);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(3, 60);

  const names = Buffer.from(`\0${versions.map(({ name }) => `${name}\0`).join('')}`, 'latin1');
  const needs = Buffer.alloc(16 + 16 * versions.length);
  needs.writeUInt16LE(1, 0);
  needs.writeUInt16LE(versions.length, 2);
  needs.writeUInt32LE(16, 8);
  versions.forEach(({ name, weak }, index) => {
    const at = 16 + 16 * index;
    needs.writeUInt16LE(weak ? 2 : 0, at + 4);
    needs.writeUInt32LE(names.indexOf(`\0${name}\0`, 0, 'latin1') + 1, at + 8);
    needs.writeUInt32LE(index + 1 < versions.length ? 16 : 0, at + 12);
  });

  const sections = Buffer.alloc(3 * 64);
  const section = (index, type, offset, link, info) => {
    sections.writeUInt32LE(type, index * 64 + 4);
    sections.writeBigUInt64LE(BigInt(offset), index * 64 + 24);
    sections.writeUInt32LE(link, index * 64 + 40);
    sections.writeUInt32LE(info, index * 64 + 44);
  };
  section(1, 3, 64, 0, 0);
  section(2, 0x6ffffffe, 64 + names.length, 1, 1);
  header.writeBigUInt64LE(BigInt(64 + names.length + needs.length), 40);
  return Buffer.concat([header, names, needs, sections]);
}

module.exports = { elf };
