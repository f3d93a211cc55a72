import type { Claims } from '../policy/claims.ts';
import type { PresetName } from '../token/presets.ts';
import { FORMS, type Piece, type SubjectForm } from './subject-vendors.ts';

/** A demand of a subject, or of a pattern of them, on another claim: a pattern, a literal, null, any text, or absence. */
export type AskedValue =
  | { readonly pattern: string }
  | { readonly text: true }
  | { readonly value: string | null }
  | { readonly absent: true };

/** Any text but none at all. */
const SOME: AskedValue = { pattern: '?*' };

/** One way in which a token can have such a subject, told by its other claims. */
export type SubjectReading = {
  readonly claims: ReadonlyMap<string, AskedValue>;
  /** Claims of which the subject says no more than that there is one. */
  readonly there: ReadonlyMap<string, AskedValue>;
  /** Each job with these claims can have such a subject. */
  readonly whole: boolean;
  /**
   * These with fewer claims, each of which says as much: of `acme/web` the owner is told by the whole, and of any
   * name below `acme/` the whole is told by the owner.
   */
  readonly shorter: readonly ReadonlyMap<string, AskedValue>[];
  /** Only a value that nobody has by a plain job comes to it. */
  readonly odd: boolean;
};

const STAR = '*';
const ONE = '?';

/** A symbol of a wanted subject: a code point, or a wildcard. In a literal nothing is a wildcard. */
type Symbols = readonly { readonly text: string; readonly wild: boolean }[];

function readSymbols(text: string, literal: boolean): Symbols {
  return [...text].map(each => ({ text: each, wild: !literal && (each === STAR || each === ONE) }));
}

function isStar(symbols: Symbols, at: number): boolean {
  return symbols[at]?.wild === true && symbols[at]?.text === STAR;
}

/** Every place where the rest of the wanted subject can go on once this text was read from `at`. */
function findLiteralEnds(symbols: Symbols, at: number, text: string): number[] {
  let places = new Set([at]);
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      for (let from = place; from < symbols.length; from++) {
        const { text: wanted, wild } = symbols[from] as Symbols[number];
        if (isStar(symbols, from)) {
          next.add(from);
          continue;
        }
        if ((wild && wanted === ONE) || (!wild && wanted === character)) next.add(from + 1);
        break;
      }
    }
    places = next;
  }
  return [...places];
}

type Cut = { readonly symbols: Symbols; readonly goesOn: number };

/** Every beginning of the rest that a claim's value could be. A star may be cut in two: it ends the one and begins the other. */
function listCuts(symbols: Symbols, at: number, never: string): Cut[] {
  const cuts: Cut[] = [];
  for (let to = at; to <= symbols.length; to++) {
    const piece = symbols.slice(at, to);
    if (piece.some(each => !each.wild && never.includes(each.text))) break;
    const star = symbols[to];
    if (isStar(symbols, to) && star) cuts.push({ symbols: [...piece, star], goesOn: to });
    else if (piece.length > 0) cuts.push({ symbols: piece, goesOn: to });
  }
  return cuts;
}

/** More ways than this are not told apart, and then nothing is proved. */
const MOST_WAYS = 200;

type Values = ReadonlyMap<string, Symbols>;

function* readPieces(
  symbols: Symbols,
  at: number,
  [piece, ...rest]: readonly Piece[],
  values: Values,
): Generator<Values> {
  if (piece === undefined) {
    if (symbols.slice(at).every((_, index) => isStar(symbols, at + index))) yield values;
    return;
  }
  if (typeof piece === 'string') {
    for (const place of findLiteralEnds(symbols, at, piece)) yield* readPieces(symbols, place, rest, values);
    return;
  }
  for (const cut of listCuts(symbols, at, piece.never))
    yield* readPieces(symbols, cut.goesOn, rest, new Map([...values, [piece.claim, cut.symbols]]));
}

function readAskedValue(symbols: Symbols): AskedValue | undefined {
  const text = symbols
    .map(each => each.text)
    .join('')
    .replace(/\*+/g, STAR);
  if (symbols.every(each => each.wild) && text === STAR) return undefined;
  if (symbols.every(each => !each.wild)) return { value: symbols.map(each => each.text).join('') };
  // A wildcard that is meant as itself has no counterpart in a pattern: one character stands for it, which is wider.
  return {
    pattern: symbols
      .map(each => (!each.wild && /[*?]/.test(each.text) ? ONE : each.text))
      .join('')
      .replace(/\*+/g, STAR),
  };
}

function readSubjectClaims(values: Values, form: SubjectForm): ReadonlyMap<string, AskedValue> {
  const { pieces, made = {}, fixed = {} } = form;
  const claims = new Map<string, AskedValue>();
  const put = (claim: string, asked: AskedValue | undefined): void => {
    if (asked) claims.set(claim, asked);
  };
  for (const piece of pieces)
    if (typeof piece !== 'string' && !piece.part)
      put(piece.claim, readAskedValue(values.get(piece.claim) ?? []) ?? (piece.nullable && { text: true }));
  for (const [claim, parts] of Object.entries(made))
    put(
      claim,
      readAskedValue(
        parts.flatMap(each =>
          typeof each === 'string'
            ? readSymbols(each, true)
            : (values.get(each.of) ?? readSymbols(STAR, false)),
        ),
      ),
    );
  for (const [claim, value] of Object.entries(fixed))
    put(claim, value === undefined ? { absent: true } : { value });
  return claims;
}

function listSubjectReadings(
  claims: ReadonlyMap<string, AskedValue>,
  form: SubjectForm,
): ReadonlyMap<string, AskedValue> {
  const { pieces, made = {} } = form;
  const named = pieces.flatMap(piece => (typeof piece === 'string' || piece.part ? [] : [piece.claim]));
  const open = [...named, ...Object.keys(made)].filter(claim => !claims.has(claim));
  return new Map(open.map(claim => [claim, SOME]));
}

function omitSubjectClaims(
  claims: ReadonlyMap<string, AskedValue>,
  names: readonly string[],
): ReadonlyMap<string, AskedValue> {
  return new Map([...claims].filter(([name]) => !names.includes(name)));
}

function listShorterClaims(claims: ReadonlyMap<string, AskedValue>, values: Values, form: SubjectForm) {
  const { made = {} } = form;
  return Object.entries(made).flatMap(([whole, parts]) => {
    const claimParts = parts.flatMap(each => (typeof each === 'string' ? [] : [each.of]));
    const asked = claims.get(whole);
    const byWhole = asked && 'value' in asked ? [omitSubjectClaims(claims, claimParts)] : [];
    const isOpen = claimParts.some(
      name => !claims.has(name) && readAskedValue(values.get(name) ?? []) === undefined,
    );
    return [...byWhole, ...(isOpen ? [omitSubjectClaims(claims, [whole])] : [])];
  });
}

/**
 * Every way in which a token of this vendor can have a subject that the text, or the pattern, stands for, told by its
 * other claims. Undefined: the vendor's form is not known, or there are too many ways to tell.
 */
export function readSubjectForms(
  preset: PresetName | undefined,
  wanted: { readonly text: string; readonly literal: boolean },
): readonly SubjectReading[] | undefined {
  const forms = preset && FORMS[preset];
  if (!forms) return undefined;
  const symbols = readSymbols(wanted.text, wanted.literal);
  const found = new Map<string, SubjectReading>();
  for (const form of forms)
    for (const values of readPieces(symbols, 0, form.pieces, new Map())) {
      const claims = readSubjectClaims(values, form);
      const ids = ['repository_id', 'repository_owner_id'].every(id => 'value' in (claims.get(id) ?? {}));
      const odd = form.pieces.some(
        piece =>
          typeof piece !== 'string' &&
          values.get(piece.claim)?.some(each => !each.wild && piece.odd?.includes(each.text)),
      );
      const whole = form.whole && (preset !== 'github-actions' || ids);
      const shorter = listShorterClaims(claims, values, form);
      const there = listSubjectReadings(claims, form);
      found.set(JSON.stringify([...claims, ...there]), { claims, there, whole, shorter, odd });
      if (found.size > MOST_WAYS) return undefined;
    }
  return [...found.values()];
}

/** The subject that the vendor gives a token with these claims, in each form that they fit. */
export function writeSubjects(preset: PresetName | undefined, claims: Claims): string[] {
  const forms = (preset && FORMS[preset]) ?? [];
  return forms.flatMap(form => {
    const texts = form.pieces.map(piece =>
      typeof piece === 'string' ? piece : writeSubjectPiece(piece, claims, form),
    );
    const fits = Object.entries(form.fixed ?? {}).every(
      ([claim, value]) => (claims[claim] ?? null) === (value ?? null),
    );
    return fits && texts.every(text => text !== undefined) ? [texts.join('')] : [];
  });
}

/** A part that is no claim is the end of the claim that is made of it. */
function writeSubjectPiece(piece: Exclude<Piece, string>, claims: Claims, form: SubjectForm) {
  const { made = {} } = form;
  const [whole = ''] = Object.keys(made);
  const value = piece.part
    ? String(claims[whole] ?? '/1001')
        .split('/')
        .at(-1)
    : claims[piece.claim];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
