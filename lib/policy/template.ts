import { type Claims, type ClaimValue, findClaim, readClaimPath } from './claims.ts';
import type { FindValueFault, UnusableClaim, ValueFault } from './usable.ts';

/** A `${…}` in a string: where it starts, and what stands inside. */
export type Slot = { readonly name: string; readonly from: number; readonly to: number };

/** Every `${…}` of the text. An unclosed one has a name of undefined. */
export function findSlots(text: string): (Slot | { readonly name: undefined })[] {
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
export type SlotPlace = { readonly place: string; readonly usable: FindValueFault };

/** The text that a template became, or why it could not. */
export type Filled = { readonly text: string } | { readonly refused: UnusableClaim };

function findFault(value: ClaimValue | undefined, usable: FindValueFault): ValueFault | undefined {
  if (value === undefined) return { why: 'absent' };
  if (value === null) return { why: 'null' };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : { why: 'wrong_type' };
  return typeof value === 'string' ? usable(value) : { why: 'wrong_type' };
}

/**
 * Puts claims into a template. A value that cannot stand there is refused: never escaped, never changed, since two
 * branches must not become one (threats T42, T46).
 */
export function fillText(template: string, claims: Claims, where: SlotPlace): Filled {
  let text = '';
  let end = 0;
  for (const slot of findSlots(template)) {
    if (slot.name === undefined || isIamVariable(slot.name)) continue;
    const path = readClaimPath(slot.name);
    const value = path === undefined ? undefined : findClaim(claims, path);
    const fault = findFault(value, where.usable);
    if (fault) return { refused: { ...fault, claim: slot.name, place: where.place } };
    text += template.slice(end, slot.from) + value;
    end = slot.to;
  }
  return { text: text + template.slice(end) };
}

/** A document with every string filled in, built structurally; or the first claim that was refused. */
export function fillDocument<T>(
  document: T,
  claims: Claims,
  where: SlotPlace,
): { readonly document: T } | { readonly refused: UnusableClaim } {
  let refused: UnusableClaim | undefined;
  const walk = (node: unknown, at: string): unknown => {
    if (typeof node === 'string') {
      const filled = fillText(node, claims, { place: at, usable: where.usable });
      if ('text' in filled) return filled.text;
      refused ??= filled.refused;
      return node;
    }
    if (Array.isArray(node)) return node.map((each, index) => walk(each, `${at}[${index}]`));
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value, `${at}.${key}`)]));
  };
  const filled = walk(document, where.place) as T;
  return refused === undefined ? { document: filled } : { refused };
}
