'use strict';

const { promisify } = require('node:util');
const zlib = require('node:zlib');

const deflate = promisify(zlib.deflateRaw);

/**
 * A zip archive of one executable file, with the same bytes for the same content and level: fixed date, mode 0755. Lambda
 * and the framework compare hashes, so an unchanged function is not deployed again.
 *
 * `level` is zlib's: https://nodejs.org/api/zlib.html#compression-options
 *
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
async function zip(name, content, level) {
  const data = await deflate(content, { level });
  const file = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0); // version needed to extract: 2.0, deflate
  common.writeUInt16LE(8, 4); // method: deflate
  common.writeUInt16LE(0x21, 8); // date: 1980-01-01, the format's first day
  common.writeUInt32LE(zlib.crc32(content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(file.length, 22);

  const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, file, data]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE((0o100755 << 16) >>> 0, 6); // Unix: a regular file, rwxr-xr-x
  const madeBy = Buffer.from([20, 3]); // version 2.0, on Unix, whose modes the attributes use
  const entry = Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, attributes, file]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4); // entries on this disk
  end.writeUInt16LE(1, 6); // entries
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

module.exports = { zip };
