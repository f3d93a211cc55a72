/** Why a claim cannot stand where a role puts it. */
export type ValueFault = {
  readonly why:
    | 'absent'
    | 'null'
    | 'wrong_type'
    | 'empty'
    | 'character'
    | 'space_at_end'
    | 'dot_segment'
    | 'not_composed'
    | 'too_long'
    | 'is_else'
    | 'no_repository';
  /** The character in the way, such as `# (U+0023)`, and where it stands: code points, from 1. */
  readonly character?: string;
  readonly position?: number;
};

/** A fault, with the claim and the place in the role where it was to stand: `aws.tags.branch`. */
export type UnusableClaim = ValueFault & { readonly claim: string; readonly place: string };

/** Finds the fault of a value for one kind of place; undefined when it can stand there. */
export type FindValueFault = (value: string) => ValueFault | undefined;

// What stands in any answer and any log as it is.
const SHOWN = /[\x21\x23-\x5b\x5d-\x7e]/;

function nameCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return SHOWN.test(character) ? `${character} (${code})` : code;
}

function createFault(why: ValueFault['why'], value: string, index: number): ValueFault {
  const character = [...value.slice(index)][0];
  if (character === undefined) return { why };
  return { why, character: nameCharacter(character), position: [...value.slice(0, index)].length + 1 };
}

function findCharacter(value: string, refused: RegExp): ValueFault | undefined {
  const index = value.search(refused);
  return index < 0 ? undefined : createFault('character', value, index);
}

/** A segment `.` or `..` means something to whatever reads the value as a path. */
export function findDotSegment(value: string): ValueFault | undefined {
  const found = /(?:^|\/)(\.{1,2})(?:\/|$)/.exec(value);
  return found ? createFault('dot_segment', value, value.indexOf('.', found.index)) : undefined;
}

/** Text that has another form of the same look would be two values for one name. */
export function findUncomposed(value: string): ValueFault | undefined {
  const composed = value.normalize('NFC');
  if (composed === value) return undefined;
  let same = 0;
  while (composed[same] === value[same]) same++;
  return createFault('not_composed', value, same);
}

function findOuterSpace(value: string): ValueFault | undefined {
  if (value.startsWith(' ')) return createFault('space_at_end', value, 0);
  return value.endsWith(' ') ? createFault('space_at_end', value, value.length - 1) : undefined;
}

// Without * ? $ and the like, which mean something to IAM.
const NOT_RESOURCE = /[^A-Za-z0-9_./=@+:-]/u;

/** In session policies, repositories and, unless they say otherwise, JWT claims (threat T42). */
export function findResourceFault(value: string): ValueFault | undefined {
  if (value === '') return { why: 'empty' };
  return findCharacter(value, NOT_RESOURCE) ?? findDotSegment(value);
}

// AWS takes letters, digits and separators of any script and _.:/=+-@ (TagValue of STS). Left out of these: every
// separator but U+0020, and letters that nobody sees, such as the Hangul fillers.
const NOT_TAG = /[^\p{L}\p{N} _.:/=+\-@]|\p{Default_Ignorable_Code_Point}/u;

/** In session tags: what AWS takes, less what would look like another value (threat T46). */
export function findTagFault(value: string): ValueFault | undefined {
  if (value === '') return { why: 'empty' };
  return (
    findCharacter(value, NOT_TAG) ?? findOuterSpace(value) ?? findDotSegment(value) ?? findUncomposed(value)
  );
}

/** Characters of a text in a JWT claim. */
const MAX_TEXT = 1024;
const NOT_TEXT = /[\p{Cc}\p{Bidi_Control}\p{Cs}]/u;

/** In JWT claims whose role says `text: true`: what the other side reads as text, and not as a pattern. */
export function findTextFault(value: string): ValueFault | undefined {
  if (value.length > MAX_TEXT) return { why: 'too_long' };
  return findCharacter(value, NOT_TEXT);
}

const WORDS: { readonly [why in ValueFault['why']]: string } = {
  absent: 'it is absent',
  null: 'it is null',
  wrong_type: 'it is neither text nor a whole number',
  empty: 'it is empty',
  character: 'it holds',
  space_at_end: 'it begins or ends with a space,',
  dot_segment: 'it has a segment of dots alone,',
  not_composed: 'it is not in the composed form NFC,',
  too_long: 'it is too long',
  is_else: 'it is the very text that stands for what cannot stand there',
  no_repository: 'it does not make the name of a repository',
};

/** A fault in one line: which claim, where it was to stand, and which character is in the way. */
export function describeUnusable(unusableClaim: UnusableClaim): string {
  const { claim, place, why, character, position } = unusableClaim;
  const where = character === undefined ? '' : ` ${character} at position ${position}`;
  return `${claim} cannot stand in ${place}: ${WORDS[why]}${where}`;
}
