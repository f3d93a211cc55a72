import { crc32 } from 'node:zlib';

/** A file of an archive, by its path in it. */
export type ZipFile = { readonly path: string; readonly content: Uint8Array };

// 1 January 1980, midnight: the first that the format knows.
const DOS_TIME = 0;
const DOS_DATE = 0x21;
/** A regular file that all may read (Lambda demands it) and only its owner write, as Unix says it. */
const MODE = 0o100644 << 16;
const UNIX = 3 << 8;
const VERSION = 20;
const UTF8 = 1 << 11;

/** Writes numbers in little endian, of 2 or 4 bytes each: a digit of `sizes` for each. */
function writeNumbers(sizes: string, ...numbers: readonly number[]): Buffer {
  const fields = numbers.map((number, index) => {
    const field = Buffer.alloc(Number(sizes[index]));
    field.writeUIntLE(number >>> 0, 0, field.length);
    return field;
  });
  return Buffer.concat(fields);
}

/** Writes the facts of a file that its local header and the central directory both have. */
function writeFileFacts(name: Buffer, content: Uint8Array): Buffer {
  const size = content.length;
  const fixed = writeNumbers('22222', VERSION, UTF8, 0, DOS_TIME, DOS_DATE);
  return Buffer.concat([fixed, writeNumbers('44422', crc32(content), size, size, name.length, 0)]);
}

/**
 * Creates an archive whose bytes follow from its files alone: sorted, without times, and stored as they are. Deflated
 * bytes differ between versions of zlib and kinds of processor, and then a reviewer could not compare hashes.
 */
export function createZip(files: readonly ZipFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content } of sorted) {
    const name = Buffer.from(path);
    const said = writeFileFacts(name, content);
    const local = Buffer.concat([writeNumbers('4', 0x04034b50), said, name, content]);
    const attributes = writeNumbers('22244', 0, 0, 0, MODE, offset);
    directory.push(writeNumbers('42', 0x02014b50, UNIX | VERSION), said, attributes, name);
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const count = sorted.length;
  const end = writeNumbers('42222442', 0x06054b50, 0, 0, count, count, listed.length, offset, 0);
  return Buffer.concat([...parts, listed, end]);
}
