import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../policy/nearest.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { type RoleSnapshot, type RoleStore, roleDigest } from './roles.ts';

/** The two files that hold compiled roles: one line of JSON for each, and where each line stands. */
const LINES = 'roles.jsonl';
const INDEX = 'roles.index';

/**
 * An entry of the index has a fixed length, so that a role among 10,000 is found by halving and only its own
 * line is read: name (64, padded), digest (64), offset and length of the line in bytes (12 each), line feed.
 */
const NAME = 64;
const DIGEST = 64;
const NUMBER = 12;
const ENTRY = NAME + DIGEST + 2 * NUMBER + 1;

type Line = { readonly digest: string; readonly offset: number; readonly length: number };

/** Writes roles for `compiledRoles` to open, in the order of their names, with the digest of each. */
export const writeRoles = (
  folder: string,
  roles: readonly Role[],
  rows: ReadonlyMap<string, IssuerRow>,
): void => {
  const sorted = [...roles].sort((a, b) => (a.name < b.name ? -1 : 1));
  let offset = 0;
  const lines: string[] = [];
  const entries = sorted.map(role => {
    const line = `${JSON.stringify(role)}\n`;
    const length = Buffer.byteLength(line);
    lines.push(line);
    const entry = `${role.name.padEnd(NAME)}${roleDigest(role, rows)}${String(offset).padStart(NUMBER)}${String(length).padStart(NUMBER)}\n`;
    offset += length;
    return entry;
  });
  writeFileSync(join(folder, LINES), lines.join(''));
  writeFileSync(join(folder, INDEX), entries.join(''));
};

const nameAt = (index: Buffer, entry: number): string =>
  index.toString('latin1', entry * ENTRY, entry * ENTRY + NAME).trimEnd();

const lineAt = (index: Buffer, entry: number): Line => {
  const start = entry * ENTRY + NAME;
  const numbers = start + DIGEST;
  return {
    digest: index.toString('latin1', start, numbers),
    offset: Number(index.toString('latin1', numbers, numbers + NUMBER)),
    length: Number(index.toString('latin1', numbers + NUMBER, numbers + 2 * NUMBER)),
  };
};

/** The entry of a name, by halving; -1 when there is none. */
const search = (index: Buffer, name: string): number => {
  let low = 0;
  let high = index.length / ENTRY - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = nameAt(index, middle);
    if (found === name) return middle;
    if (found < name) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};

/** Opens what `writeRoles` wrote. A role is read when it is first asked for, and then kept. */
export const compiledRoles = (folder: string): RoleStore => {
  const index = readFileSync(join(folder, INDEX));
  const kept = new Map<string, RoleSnapshot>();
  const read = ({ digest, offset, length }: Line): RoleSnapshot => {
    const bytes = Buffer.alloc(length);
    const lines = openSync(join(folder, LINES), 'r');
    try {
      readSync(lines, bytes, 0, length, offset);
    } finally {
      closeSync(lines);
    }
    return { role: JSON.parse(bytes.toString('utf8')) as Role, digest };
  };
  return {
    find(name) {
      const known = kept.get(name);
      if (known) return known;
      const entry = search(index, name);
      if (entry < 0) return undefined;
      const snapshot = read(lineAt(index, entry));
      kept.set(name, snapshot);
      return snapshot;
    },
    near: name =>
      nearest(
        name,
        Array.from({ length: index.length / ENTRY }, (_, entry) => nameAt(index, entry)),
      ),
    size: index.length / ENTRY,
  };
};
