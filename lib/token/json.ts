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
class Reader {
  private at = 0;
  private members = 0;
  private readonly text: string;
  private readonly most: number;

  constructor(text: string, most: number) {
    this.text = text;
    this.most = most;
  }

  whole(): ClaimValue {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.fault('More text after the end');
    return value;
  }

  private fault(says: string): JsonError {
    return new JsonError(says, this.at);
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  /** Steps over the character if it comes next. */
  private next(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(depth: number): ClaimValue {
    this.space();
    const first = this.text[this.at];
    if (first === '"') return this.string();
    if ((first === '{' || first === '[') && depth >= MAX_DEPTH) throw this.fault('Nested too deep');
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === 't') return this.word('true', true);
    if (first === 'f') return this.word('false', false);
    if (first === 'n') return this.word('null', null);
    return this.number();
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.fault('Not a value');
    this.at += word.length;
    return value;
  }

  private token(pattern: RegExp, says: string): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw this.fault(says);
    this.at += found.length;
    return found;
  }

  private string(): string {
    // Nearly every string has no escape: what stands before the next quotation mark is the string.
    const end = this.text[this.at] === '"' ? this.text.indexOf('"', this.at + 1) : -1;
    const plain = this.text.slice(this.at + 1, end);
    if (end > 0 && PLAIN.test(plain)) {
      this.at = end + 1;
      return plain;
    }
    const value: string = JSON.parse(this.token(STRING, 'Not a string'));
    if (LONE_SURROGATE.test(value)) throw this.fault('Half of a surrogate pair');
    return value;
  }

  private number(): number {
    const raw = this.token(NUMBER, 'Not a value');
    const value = Number(raw);
    const exact = INTEGER.test(raw)
      ? Number.isSafeInteger(value)
      : Number.isFinite(value) && !Number.isInteger(value);
    return exact ? value : Number.NaN;
  }

  private count(more: number): void {
    this.members += more;
    if (this.members > this.most) throw this.fault('Too many members');
  }

  private array(depth: number): ClaimValue {
    this.at++;
    const items: ClaimValue[] = [];
    if (this.next(']')) return items;
    do {
      this.count(1);
      items.push(this.value(depth + 1));
    } while (this.next(','));
    if (!this.next(']')) throw this.fault('An array does not end');
    return items;
  }

  private object(depth: number): ClaimValue {
    this.at++;
    const members: Record<string, ClaimValue> = Object.create(null);
    if (this.next('}')) return members;
    do {
      // A name has to be read and compared too.
      this.count(2);
      this.space();
      const name = this.string();
      if (name in members) throw this.fault('A member stands twice');
      if (!this.next(':')) throw this.fault('A member has no value');
      members[name] = this.value(depth + 1);
    } while (this.next(','));
    if (!this.next('}')) throw this.fault('An object does not end');
    return members;
  }
}

/** A key set has more members than any token; its reader says how many. */
type Limits = { readonly members?: number };

/** Reads a JSON text. Throws `JsonError`. */
export function readJson(text: string, { members = MAX_MEMBERS }: Limits = {}): ClaimValue {
  return new Reader(text, members).whole();
}

// `fatal`: silent U+FFFD would make one string of two (threat T11). `ignoreBOM` keeps a BOM, which is no JSON.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the bytes of a JSON object. Throws `JsonError`, also for bytes that are not UTF-8. */
export function readJsonObject(
  bytes: Uint8Array,
  limits: Limits = {},
): { readonly [name: string]: ClaimValue } {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new JsonError('Not UTF-8', 0);
  }
  const value = readJson(text, limits);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new JsonError('Not an object', 0);
  return value as { readonly [name: string]: ClaimValue };
}
