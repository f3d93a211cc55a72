import type { ClaimValue } from '../policy/claims.ts';

/** Greatest depth and number of members of a token's JSON: an item of an array is one, a member with a name two (threat T68). */
export const MAX_DEPTH = 16;
export const MAX_MEMBERS = 512;

/** Why a text is not JSON as we take it. The message never holds any of the text. */
export class JsonError extends Error {
  constructor(says: string, at: number) {
    super(`${says} (character ${at + 1})`);
    this.name = 'JsonError';
  }
}

const INTEGER = /^(0|-?[1-9]\d*)$/;
const PLAIN = /^[^\\\u0000-\u001f]*$/;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * A strict reader of JSON (RFC 8259). `JSON.parse` takes the last of two members of one name, so that two
 * readers may see two identities (RFC 7515 §4, threat T09), and turns `1.0`, `1e400` and 2^53+1 into
 * numbers that equal others (T16, T28). Here any duplicate member at any depth is refused, and a number
 * whose text is not a safe integer becomes NaN unless it is a true fraction: it never equals anything.
 */
class JsonReader {
  private at = 0;
  private members = 0;
  private readonly text: string;
  private readonly most: number;
  /** Of tokens in general: no string of the text has an escape, or what would need one. */
  private readonly isPlain: boolean;

  constructor(text: string, most: number) {
    this.text = text;
    this.most = most;
    this.isPlain = PLAIN.test(text);
  }

  readWhole(): ClaimValue {
    const readValue = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) throw this.createFault('More text after the end');
    return readValue;
  }

  private createFault(says: string): JsonError {
    return new JsonError(says, this.at);
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  /** Steps over the character if it comes next. */
  private skipIfNext(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(depth: number): ClaimValue {
    this.skipSpace();
    const first = this.text[this.at];
    if (first === '"') return this.readString();
    if ((first === '{' || first === '[') && depth >= MAX_DEPTH) throw this.createFault('Nested too deep');
    if (first === '{') return this.readObject(depth);
    if (first === '[') return this.readArray(depth);
    if (first === 't') return this.readWord('true', true);
    if (first === 'f') return this.readWord('false', false);
    if (first === 'n') return this.readWord('null', null);
    return this.readNumber();
  }

  private readWord<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.createFault('Not a value');
    this.at += word.length;
    return value;
  }

  private readPattern(pattern: RegExp, says: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.createFault(says);
    this.at += found.length;
    return found;
  }

  private readString(): string {
    // Nearly every string has no escape: what stands before the next quotation mark is the string.
    const end = this.text[this.at] === '"' ? this.text.indexOf('"', this.at + 1) : -1;
    const plain = this.text.slice(this.at + 1, end);
    if (end > 0 && (this.isPlain || PLAIN.test(plain))) {
      this.at = end + 1;
      return plain;
    }
    const value: string = JSON.parse(this.readPattern(STRING, 'Not a string'));
    if (LONE_SURROGATE.test(value)) throw this.createFault('Half of a surrogate pair');
    return value;
  }

  private readNumber(): number {
    const raw = this.readPattern(NUMBER, 'Not a value');
    const value = Number(raw);
    const exact = INTEGER.test(raw)
      ? Number.isSafeInteger(value)
      : Number.isFinite(value) && !Number.isInteger(value);
    return exact ? value : Number.NaN;
  }

  private countMembers(more: number): void {
    this.members += more;
    if (this.members > this.most) throw this.createFault('Too many members');
  }

  private readArray(depth: number): ClaimValue {
    this.at++;
    const items: ClaimValue[] = [];
    if (this.skipIfNext(']')) return items;
    do {
      this.countMembers(1);
      items.push(this.value(depth + 1));
    } while (this.skipIfNext(','));
    if (!this.skipIfNext(']')) throw this.createFault('An array does not end');
    return items;
  }

  private readObject(depth: number): ClaimValue {
    this.at++;
    const members: Record<string, ClaimValue> = Object.create(null);
    if (this.skipIfNext('}')) return members;
    do {
      // A name has to be read and compared too.
      this.countMembers(2);
      this.skipSpace();
      const name = this.readString();
      if (name in members) throw this.createFault('A member stands twice');
      if (!this.skipIfNext(':')) throw this.createFault('A member has no value');
      members[name] = this.value(depth + 1);
    } while (this.skipIfNext(','));
    if (!this.skipIfNext('}')) throw this.createFault('An object does not end');
    return members;
  }
}

/** A key set has more members than any token; its reader says how many. */
type JsonLimits = { readonly members?: number };

/** Reads a JSON text. Throws `JsonError`. */
export function readStrictJson(text: string, { members = MAX_MEMBERS }: JsonLimits = {}): ClaimValue {
  return new JsonReader(text, members).readWhole();
}

// `fatal`: silent U+FFFD would make one string of two (threat T11). `ignoreBOM` keeps a BOM, which is no JSON.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the bytes of a JSON object. Throws `JsonError`, also for bytes that are not UTF-8. */
export function readStrictObject(
  bytes: Uint8Array,
  limits: JsonLimits = {},
): { readonly [name: string]: ClaimValue } {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new JsonError('Not UTF-8', 0);
  }
  const value = readStrictJson(text, limits);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new JsonError('Not an object', 0);
  return value as { readonly [name: string]: ClaimValue };
}
