import { createGrammar, createWordGrammar, type Grammar } from './grammar.ts';

const FIXED = { fixed: true };

const HEX = '[a-f\\d]';
const UUID_FORM = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`;

/** Vendors' own pages print ids that are none, with letters after f: what is copied from there is worth a warning. */
export const UUID = createGrammar('a UUID', [UUID_FORM]);
export const BRACED_UUID = createGrammar('a UUID in braces', [`\\{${UUID_FORM}\\}`]);
export const DIGITS = createGrammar('a number, as text', ['\\d+'], FIXED);
/** SHA-1 and, for repositories that have it, SHA-256. */
export const SHA = createGrammar(
  'a commit, of 40 or 64 small hexadecimal digits',
  [`${HEX}{40}`, `${HEX}{64}`],
  FIXED,
);
export const TRUTH = createWordGrammar(['true', 'false'], FIXED);
export const REF_TYPE = createWordGrammar(['branch', 'tag', ''], FIXED);

/** Characters that Git takes in a name (git check-ref-format). A fork's branch has a colon at some vendors. */
const NAME = '[^\\x00-\\x20\\x7f~^:?*\\[\\\\]';
const LABEL = '[^\\x00-\\x20\\x7f~^?*\\[\\\\]';
const NEVER = /\.\.|@\{|\/\//;

export const BRANCH = createGrammar('the name of a branch, as Git takes it', [`${NAME}*`], {
  fixed: true,
  never: NEVER,
});
export const LABELED_BRANCH = createGrammar('the name of a branch, as Git takes it', [`${LABEL}*`], {
  fixed: true,
  never: NEVER,
});
export const REF = createGrammar('a ref that begins with refs/', [`refs/${NAME}+`, ''], {
  fixed: true,
  never: NEVER,
});

/** The name alone, where `refs/` stands in another claim. */
export function createUnprefixed(prefix: string): Grammar {
  return {
    ...createGrammar(`a name without ${prefix}`, ['.*']),
    never: new RegExp(`^${prefix}`),
  };
}

/** One name of a path at GitHub or GitLab. */
export const SEGMENT = '[A-Za-z\\d_.-]';
export { FIXED, HEX, NAME };
