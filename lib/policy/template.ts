import { type Claims, type ClaimValue, claimAt, claimPath } from './claims.ts';
import type { Fault, Unusable, Usable } from './usable.ts';

/** A `${…}` in a string: where it starts, and what stands inside. */
export type Slot = { readonly name: string; readonly from: number; readonly to: number };

/** Every `${…}` of the text. An unclosed one has a name of undefined. */
export function slots(text: string): (Slot | { readonly name: undefined })[] {
  const found: (Slot | { readonly name: undefined })[] = [];
  for (let from = text.indexOf('${'); from >= 0; from = text.indexOf('${', from + 2)) {
    const to = text.indexOf('}', from);
    found.push(to < 0 ? { name: undefined } : { name: text.slice(from + 2, to), from, to: to + 1 });
  }
  return found;
}

/** IAM's own policy variables pass through a session policy untouched. */
export function isIamVariable(name: string | undefined): boolean {
  return name?.startsWith('aws:') ?? false;
}

/** Where a template stands in its role, and which values can stand there. */
export type Standing = { readonly place: string; readonly usable: Usable };

/** The text that a template became, or why it could not. */
export type Filled = { readonly text: string } | { readonly refused: Unusable };

function faultOf(value: ClaimValue | undefined, usable: Usable): Fault | undefined {
  if (value === undefined) return { why: 'absent' };
  if (value === null) return { why: 'null' };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : { why: 'wrong_type' };
  return typeof value === 'string' ? usable(value) : { why: 'wrong_type' };
}

/**
 * Puts claims into a template. A value that cannot stand there is refused: never escaped, never changed, since two
 * branches must not become one (threats T42, T46).
 */
export function fill(template: string, claims: Claims, { place, usable }: Standing): Filled {
  let text = '';
  let end = 0;
  for (const slot of slots(template)) {
    if (slot.name === undefined || isIamVariable(slot.name)) continue;
    const path = claimPath(slot.name);
    const value = path === undefined ? undefined : claimAt(claims, path);
    const fault = faultOf(value, usable);
    if (fault) return { refused: { ...fault, claim: slot.name, place } };
    text += template.slice(end, slot.from) + value;
    end = slot.to;
  }
  return { text: text + template.slice(end) };
}

/** A document with every string filled in, built structurally; or the first claim that was refused. */
export function fillAll<T>(
  document: T,
  claims: Claims,
  { place, usable }: Standing,
): { readonly document: T } | { readonly refused: Unusable } {
  let refused: Unusable | undefined;
  const walk = (node: unknown, at: string): unknown => {
    if (typeof node === 'string') {
      const filled = fill(node, claims, { place: at, usable });
      if ('text' in filled) return filled.text;
      refused ??= filled.refused;
      return node;
    }
    if (Array.isArray(node)) return node.map((each, index) => walk(each, `${at}[${index}]`));
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value, `${at}.${key}`)]));
  };
  const filled = walk(document, place) as T;
  return refused === undefined ? { document: filled } : { refused };
}
