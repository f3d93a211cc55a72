import type { Claims } from '../claims.ts';
import { fillText, findSlots } from '../template.ts';
import {
  findDotSegment,
  findTagFault,
  findUncomposed,
  type UnusableClaim,
  type ValueFault,
} from '../usable.ts';

/** AWS's own limit (sts 2011-06-15, AssumeRole). */
export const MAX_TAG_VALUE = 256;

/** The text of a tag's value, and the literal that is sent instead where a claim cannot stand there. */
export type TagTemplate = string | { readonly value: string; readonly else: string };

/** A session tag as it is sent. */
export type SessionTag = { readonly key: string; readonly value: string };

/** The template of a tag's value, and its literal if it names one. */
export function readTag(tag: TagTemplate): { readonly value: string; readonly instead: string | undefined } {
  return typeof tag === 'string'
    ? { value: tag, instead: undefined }
    : { value: tag.value, instead: tag.else };
}

function findWholeFault(value: string, instead: string | undefined): ValueFault | undefined {
  if (value === instead) return { why: 'is_else' };
  if (value.length > MAX_TAG_VALUE) return { why: 'too_long' };
  return findDotSegment(value) ?? findUncomposed(value);
}

type FilledTag =
  | { readonly value: string; readonly replaced?: UnusableClaim }
  | { readonly refused: UnusableClaim };

function fillTag(key: string, tag: TagTemplate, claims: Claims): FilledTag {
  const { value, instead } = readTag(tag);
  const [first] = findSlots(value);
  if (first === undefined) return { value };
  const place = `aws.tags.${key}`;
  const filled = fillText(value, claims, { place, usable: findTagFault });
  const fault = 'text' in filled ? findWholeFault(filled.text, instead) : undefined;
  const refused =
    'refused' in filled ? filled.refused : fault && { ...fault, claim: first.name ?? '', place };
  if (refused === undefined) return { value: 'text' in filled ? filled.text : '' };
  // Who brings the literal itself is not one of those for whom it stands.
  if (instead === undefined || refused.why === 'is_else') return { refused };
  return { value: instead, replaced: refused };
}

/** The tags of a session, and those whose literal had to stand in; or the first that cannot be sent. */
export type FilledTags =
  | { readonly tags: readonly SessionTag[]; readonly replaced: readonly UnusableClaim[] }
  | { readonly refused: UnusableClaim };

/** Fills in every tag. None is ever left out: then the target role's own tag of that key would speak. */
export function fillTags(templates: Readonly<Record<string, TagTemplate>>, claims: Claims): FilledTags {
  const tags: SessionTag[] = [];
  const replaced: UnusableClaim[] = [];
  for (const [key, tag] of Object.entries(templates)) {
    const filled = fillTag(key, tag, claims);
    if ('refused' in filled) return filled;
    tags.push({ key, value: filled.value });
    if (filled.replaced) replaced.push(filled.replaced);
  }
  return { tags, replaced };
}
