import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNearest } from '../language/nearest.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { digestPolicy, indexByTarget, type RoleSnapshot, type RoleStore } from './roles.ts';

/** The files that hold compiled roles: one line of JSON for each, and where it stands, by name and by target ARN. */
const LINES = 'roles.jsonl';
const INDEX = 'roles.index';
const TARGETS = 'roles.targets';

/**
 * An entry of an index has a fixed length, so that a role among 10,000 is found by halving and only its own
 * line is read: key (64, padded), digest (64), offset and length of the line in bytes (12 each), line feed.
 * The key is the role's name, or the SHA-256 of its target's ARN.
 */
const KEY = 64;
const DIGEST = 64;
const NUMBER = 12;
const ENTRY = KEY + DIGEST + 2 * NUMBER + 1;

const ARN = /^arn:/;
function digestArn(arn: string): string {
  return createHash('sha256').update(arn).digest('hex');
}

type RoleLine = { readonly digest: string; readonly offset: number; readonly length: number };

function compareKeys([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function writeIndex(entries: Iterable<readonly [string, RoleLine]>): string {
  return [...entries]
    .sort(compareKeys)
    .map(([key, { digest, offset, length }]) => {
      const [start, size] = [offset, length].map(number => String(number).padStart(NUMBER));
      return `${key.padEnd(KEY)}${digest}${start}${size}\n`;
    })
    .join('');
}

/** Writes roles for `openRoles` to open, in the order of their names, with the digest of each. */
export function writeRoles(
  folder: string,
  roles: readonly Role[],
  rows: ReadonlyMap<string, IssuerRow>,
): void {
  let offset = 0;
  const lines: string[] = [];
  const places = new Map<string, RoleLine>();
  for (const [name, role] of roles.map(role => [role.name, role] as const).sort(compareKeys)) {
    const line = `${JSON.stringify(role)}\n`;
    const length = Buffer.byteLength(line);
    lines.push(line);
    places.set(name, { digest: digestPolicy(role, rows), offset, length });
    offset += length;
  }
  const targets = [...indexByTarget(roles)].flatMap(([arn, { name }]) => {
    const place = places.get(name);
    return place ? [[digestArn(arn), place] as const] : [];
  });
  writeFileSync(join(folder, LINES), lines.join(''));
  writeFileSync(join(folder, INDEX), writeIndex(places));
  writeFileSync(join(folder, TARGETS), writeIndex(targets));
}

function readKeyAt(index: Buffer, place: number): string {
  return index.toString('latin1', place * ENTRY, place * ENTRY + KEY).trimEnd();
}

function readLineAt(index: Buffer, place: number): RoleLine {
  const start = place * ENTRY + KEY;
  const numbers = start + DIGEST;
  return {
    digest: index.toString('latin1', start, numbers),
    offset: Number(index.toString('latin1', numbers, numbers + NUMBER)),
    length: Number(index.toString('latin1', numbers + NUMBER, numbers + 2 * NUMBER)),
  };
}

/** The line of a key, by halving. */
function findLine(index: Buffer, key: string): RoleLine | undefined {
  let low = 0;
  let high = index.length / ENTRY - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = readKeyAt(index, middle);
    if (found === key) return readLineAt(index, middle);
    if (found < key) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function readRoleLine(folder: string, line: RoleLine): RoleSnapshot {
  const { digest, offset, length } = line;
  const bytes = Buffer.alloc(length);
  const lines = openSync(join(folder, LINES), 'r');
  try {
    readSync(lines, bytes, 0, length, offset);
  } finally {
    closeSync(lines);
  }
  return { role: JSON.parse(bytes.toString('utf8')) as Role, digest };
}

/** Opens what `writeRoles` wrote. A role is read when it is first asked for, and then kept. */
export function openRoles(folder: string): RoleStore {
  const index = readFileSync(join(folder, INDEX));
  const kept = new Map<string, RoleSnapshot>();
  let targets: Buffer | undefined;
  const findRoleLine = (wanted: string): RoleLine | undefined => {
    if (!ARN.test(wanted)) return findLine(index, wanted);
    // Not when it is opened: a cold start that is asked by name has no use for it.
    targets ??= readFileSync(join(folder, TARGETS));
    return findLine(targets, digestArn(wanted));
  };
  return {
    find(wanted) {
      const known = kept.get(wanted);
      if (known) return known;
      const line = findRoleLine(wanted);
      if (!line) return undefined;
      const snapshot = readRoleLine(folder, line);
      kept.set(wanted, snapshot);
      return snapshot;
    },
    findNear: name => findNearest(name, { size: index.length / ENTRY, at: place => readKeyAt(index, place) }),
    size: index.length / ENTRY,
  };
}
