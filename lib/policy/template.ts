import { type Claims, type ClaimValue, claimAt, claimPath } from './claims.ts';

/** A `${…}` in a string: where it starts, and what stands inside. */
export type Slot = { readonly name: string; readonly from: number; readonly to: number };

/** Every `${…}` of the text. An unclosed one has a name of undefined. */
export const slots = (text: string): (Slot | { readonly name: undefined })[] => {
  const found: (Slot | { readonly name: undefined })[] = [];
  for (let from = text.indexOf('${'); from >= 0; from = text.indexOf('${', from + 2)) {
    const to = text.indexOf('}', from);
    found.push(to < 0 ? { name: undefined } : { name: text.slice(from + 2, to), from, to: to + 1 });
  }
  return found;
};

/** IAM's own policy variables pass through a session policy untouched. */
export const isIamVariable = (name: string | undefined): boolean => name?.startsWith('aws:') ?? false;

/** Why the value of a claim cannot stand in a template, or the text that can. */
export type Filled = { readonly text: string } | { readonly refused: string };

// Without * ? $ and the like, which mean something to IAM, and without what could leave a path segment.
const USABLE = /^[A-Za-z0-9_./=@+:-]+$/;

const textOf = (value: ClaimValue | undefined): string | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value !== 'string' || !USABLE.test(value)) return undefined;
  return value.split('/').some(segment => segment === '.' || segment === '..') ? undefined : value;
};

/**
 * Puts claims into a template. A value that is absent, of another type, empty or with any character
 * outside `[A-Za-z0-9_./=@+:-]` is refused by the name of its claim: never escaped, never changed, since
 * two branches must not become one (threats T42, T46).
 */
export const fill = (template: string, claims: Claims): Filled => {
  let text = '';
  let end = 0;
  for (const slot of slots(template)) {
    if (slot.name === undefined || isIamVariable(slot.name)) continue;
    const path = claimPath(slot.name);
    const value = path === undefined ? undefined : textOf(claimAt(claims, path));
    if (value === undefined) return { refused: slot.name };
    text += template.slice(end, slot.from) + value;
    end = slot.to;
  }
  return { text: text + template.slice(end) };
};

/** A document with every string filled in, built structurally; or the first claim that was refused. */
export const fillAll = <T>(
  document: T,
  claims: Claims,
): { readonly document: T } | { readonly refused: string } => {
  let refused: string | undefined;
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') {
      const filled = fill(node, claims);
      if ('text' in filled) return filled.text;
      refused ??= filled.refused;
      return node;
    }
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  };
  const filled = walk(document) as T;
  return refused === undefined ? { document: filled } : { refused };
};
