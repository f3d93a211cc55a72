import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createZip, type ZipFile } from '../../infra/zip.ts';
import { unzip } from '../harness/unzip.ts';

function file(path: string, text: string): ZipFile {
  return { path, content: Buffer.from(text) };
}
const FILES = [file('index.mjs', 'export {};'), file('config/broker.json', '{"url":"ü"}'), file('empty', '')];

test('every file comes out as it went in', () => {
  const read = unzip(createZip(FILES));
  for (const { path, content } of FILES) expect(read.get(path)).toEqual(content);
  expect(read.size).toBe(FILES.length);
});

test('files stand in the order of their names, whatever order they came in', () => {
  const names = ['config/broker.json', 'empty', 'index.mjs'];
  expect([...unzip(createZip(FILES)).keys()]).toEqual(names);
  expect(createZip(FILES.toReversed())).toEqual(createZip(FILES));
});

describe('each entry', () => {
  const [{ path, content }] = [file('a.txt', 'text')];
  const archive = createZip([{ path, content }]);
  const central = archive.indexOf(Buffer.from('PK\x01\x02', 'latin1'));

  test.each([
    ['bears no time but the first that the format knows', 12, 4, 0x00210000],
    ['is checked by its CRC-32', 16, 4, crc32(content)],
    ['is stored, not deflated', 10, 2, 0],
    ['says that its name is UTF-8', 8, 2, 0x0800],
  ])('%s', (_name, offset, bytes, expected) => {
    expect(archive.readUIntLE(central + offset, bytes)).toBe(expected);
  });

  test('is a file that Lambda may read and nobody else may write', () => {
    expect(archive.readUInt32LE(central + 38) >>> 16).toBe(0o100644);
  });

  test('says the same in its own header as in the directory', () => {
    expect(archive.subarray(4, 30)).toEqual(
      Buffer.concat([
        archive.subarray(central + 6, central + 30),
        archive.subarray(central + 30, central + 32),
      ]),
    );
  });
});
