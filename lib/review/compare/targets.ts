import { MAX_WILDCARDS, matchGlob } from '../../policy/glob.ts';
import { findSlots } from '../../policy/template.ts';

/** One value that a role's file gives its provider. */
export type TargetValue = string | number | boolean | null;

/** A value with the place where it stands; of what is left out the value is undefined and the path is empty. */
export type FoundTarget = { readonly path: string; readonly value: TargetValue | undefined };

const LEFT_OUT: FoundTarget = { path: '', value: undefined };

/**
 * Every value at the path, each element of a list and each leaf of a mapping: what stands in one of them is given,
 * so one that is overlooked would be a false proof. A `*` of the path is any name. What is not there is left out.
 */
export function readTargets(members: object, path: readonly string[], at = ''): FoundTarget[] {
  const found = readNode(members, path, at);
  return found.length > 0 ? found : [LEFT_OUT];
}

function readNode(node: unknown, path: readonly string[], at: string): FoundTarget[] {
  if (node === undefined) return [];
  if (Array.isArray(node)) return node.flatMap((item, index) => readNode(item, path, `${at}[${index}]`));
  if (node !== null && typeof node === 'object') return readMapping(node, path, at);
  return path.length === 0 ? [{ path: at, value: node as TargetValue }] : [];
}

function readMapping(node: object, path: readonly string[], at: string): FoundTarget[] {
  const [name, ...rest] = path;
  return Object.entries(node)
    .filter(([key]) => name === undefined || name === '*' || name === key)
    .flatMap(([key, value]) => readNode(value, rest, at === '' ? key : `${at}.${key}`));
}

/** Is a value one that these patterns allow? Null among them stands for what is left out, or is null. */
export function isTargetAllowed(
  value: TargetValue | undefined,
  allowed: readonly (string | null)[],
): boolean {
  if (value === undefined || value === null) return allowed.includes(null);
  return allowed.some(pattern => pattern !== null && isTemplateCovered(pattern, String(value)));
}

/** A character that no pattern holds: it stands for whatever a claim may put there. */
const ANY = '\u{10fffd}';

/** With more characters than a pattern has wildcards, a `*` has taken one of them, and would take more. */
const LONGEST = MAX_WILDCARDS + 1;

const MOST_SLOTS = 3;

/** Does the pattern match the text whatever fills its `${…}`? False where that is not sure. */
function isTemplateCovered(pattern: string, text: string): boolean {
  const parts = splitAtSlots(text);
  if (parts.length - 1 > MOST_SLOTS) return false;
  return fillEveryWay(parts).every(filled => matchGlob(pattern, filled));
}

function splitAtSlots(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const slot of findSlots(text)) {
    if (slot.name === undefined || slot.from < from) continue;
    parts.push(text.slice(from, slot.from));
    from = slot.to;
  }
  return [...parts, text.slice(from)];
}

function fillEveryWay([first = '', ...rest]: readonly string[]): string[] {
  if (rest.length === 0) return [first];
  const tails = fillEveryWay(rest);
  return Array.from({ length: LONGEST + 1 }, (_, count) => first + ANY.repeat(count)).flatMap(head =>
    tails.map(tail => head + tail),
  );
}
