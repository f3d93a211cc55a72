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

function writeNumbers(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      field.writeUIntLE(value >>> 0, 0, bytes);
      return field;
    }),
  );
}

/** Writes the facts of a file that its local header and the central directory both have. */
function writeFileFacts(name: Buffer, content: Uint8Array): Buffer {
  return writeNumbers(
    [VERSION, 2],
    [UTF8, 2],
    [0, 2],
    [DOS_TIME, 2],
    [DOS_DATE, 2],
    [crc32(content), 4],
    [content.length, 4],
    [content.length, 4],
    [name.length, 2],
    [0, 2],
  );
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
    const local = Buffer.concat([writeNumbers([0x04034b50, 4]), said, name, content]);
    const attributes = writeNumbers([0, 2], [0, 2], [0, 2], [MODE, 4], [offset, 4]);
    directory.push(writeNumbers([0x02014b50, 4], [UNIX | VERSION, 2]), said, attributes, name);
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const count = sorted.length;
  const end = writeNumbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [listed.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...parts, listed, end]);
}
