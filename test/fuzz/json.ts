import { isUtf8 } from 'node:buffer';
import type { ClaimValue } from '../../lib/policy/claims.ts';
import { MAX_DEPTH } from '../../lib/token/json.ts';

const STRING = /"(?:[^"\\]|\\.)*"/gs;

function deepest(skeleton: string): number {
  let depth = 0;
  let most = 0;
  for (const each of skeleton) {
    if (each === '{' || each === '[') most = Math.max(most, ++depth);
    if (each === '}' || each === ']') depth--;
  }
  return most;
}

function numberOf(source: string): number {
  if (/^-?\d+$/.test(source)) {
    const exact = BigInt(source);
    const safe = exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= BigInt(Number.MIN_SAFE_INTEGER);
    return safe && source !== '-0' ? Number(source) : Number.NaN;
  }
  const value = Number(source);
  return Number.isFinite(value) && value !== Math.trunc(value) ? value : Number.NaN;
}

/** `JSON.parse` shows a reviver the text of each number; the types do not know it yet. */
type Reviver = (
  this: unknown,
  name: string,
  value: unknown,
  context: { readonly source?: string },
) => unknown;

/** Half of a surrogate pair has no UTF-8, so it comes back as another character. */
function survives(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

type Count = { members: number; named: number; wellFormed: boolean };

function counted(value: unknown, count: Count): void {
  if (typeof value === 'string') count.wellFormed &&= survives(value);
  if (value === null || typeof value !== 'object') return;
  const list = Array.isArray(value);
  for (const [name, each] of Object.entries(value)) {
    count.members += list ? 1 : 2;
    if (!list) count.named++;
    count.wellFormed &&= survives(name);
    counted(each, count);
  }
}

/**
 * What the strict reader must make of these bytes, worked out with `JSON.parse` and by counting; undefined
 * when it must refuse them. A duplicate shows itself: there are more colons than names.
 */
export function jsonReading(bytes: Uint8Array, members: number): ClaimValue | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  const skeleton = text.replace(STRING, '');
  if (deepest(skeleton) > MAX_DEPTH) return undefined;
  const revive: Reviver = (_name, value, { source }) => {
    if (typeof value === 'number') return numberOf(source ?? '');
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.assign(Object.create(null), value)
      : value;
  };
  let value: unknown;
  try {
    value = JSON.parse(text, revive as (name: string, value: unknown) => unknown);
  } catch {
    return undefined;
  }
  const count: Count = { members: 0, named: 0, wellFormed: true };
  counted(value, count);
  const colons = skeleton.split(':').length - 1;
  if (count.members > members || count.named !== colons || !count.wellFormed) return undefined;
  return value as ClaimValue;
}

/** The same of bytes that must hold an object. */
export function objectReading(
  bytes: Uint8Array,
  members: number,
): { readonly [name: string]: ClaimValue } | undefined {
  const value = jsonReading(bytes, members);
  return value === null || typeof value !== 'object' || Array.isArray(value)
    ? undefined
    : (value as { readonly [name: string]: ClaimValue });
}
