import type { Scalar } from '../../../policy/condition.ts';
import {
  type ClaimRule,
  type DraftStatement,
  type ImportEntry,
  type ImportedPolicy,
  noteExact,
  noteLoss,
  omitInPart,
} from './imported.ts';
import { AUDIENCE, addSubjectClaims, checkLoadable, noteNarrower } from './issuer.ts';

/** A condition on tokens in CEL, as a provider of a Google Cloud workload identity pool has it. */
export type CelSource = {
  readonly issuer: string;
  readonly condition: string;
  /** `google.subject` or `attribute.x` by the expression that it comes from. */
  readonly mapping: { readonly [attribute: string]: string };
};

type Token = { readonly kind: 'text' | 'name' | 'sign'; readonly value: string };

class Unread extends Error {}

const TOKENS = /\s*(?:("(?:[^"\\]*)"|'(?:[^'\\]*)')|([A-Za-z_][\w]*)|(&&|\|\||==|!=|[()[\],.!]))/y;

function readTokens(condition: string): Token[] {
  const found: Token[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < condition.trimEnd().length) {
    const at = TOKENS.lastIndex;
    const [, text, name, sign] = TOKENS.exec(condition) ?? [];
    if (text !== undefined) found.push({ kind: 'text', value: text.slice(1, -1) });
    else if (name !== undefined) found.push({ kind: 'name', value: name });
    else if (sign !== undefined) found.push({ kind: 'sign', value: sign });
    else throw new Unread(`${JSON.stringify(condition.slice(at).trim().slice(0, 60))} was not understood`);
  }
  return found;
}

/** The parts between a sign that stands outside of all brackets. */
function splitAt(tokens: readonly Token[], sign: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign' && /^[([]$/.test(token.value)) depth++;
    if (token.kind === 'sign' && /^[)\]]$/.test(token.value)) depth--;
    if (depth === 0 && token.kind === 'sign' && token.value === sign) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function written(tokens: readonly Token[]): string {
  return tokens.map(({ kind, value }) => (kind === 'text' ? JSON.stringify(value) : value)).join(' ');
}

function isSign(token: Token | undefined, value: string): boolean {
  return token?.kind === 'sign' && token.value === value;
}

/** Without brackets around all of it. */
function unwrap(tokens: readonly Token[]): readonly Token[] {
  if (!isSign(tokens[0], '(') || !isSign(tokens.at(-1), ')')) return tokens;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (isSign(token, '(')) depth++;
    if (isSign(token, ')')) depth--;
    if (depth === 0 && index < tokens.length - 1) return tokens;
  }
  return unwrap(tokens.slice(1, -1));
}

type Atom = { readonly claim: string; readonly rule: ClaimRule; readonly negated: boolean };

/** `assertion.x`, `assertion["x"]`, or an attribute that is mapped to one; and what follows. */
function readClaim(
  tokens: readonly Token[],
  mapping: CelSource['mapping'],
): [claim: string, rest: readonly Token[]] {
  const [root, sign, name, end] = tokens;
  if (isSign(sign, '[') && name?.kind === 'text' && isSign(end, ']') && root?.value === 'assertion')
    return [name.value, tokens.slice(4)];
  if (!isSign(sign, '.') || name?.kind !== 'name') throw new Unread(`${written(tokens)} was not understood`);
  if (root?.value === 'assertion') return [name.value, tokens.slice(3)];
  const from = mapping[`${root?.value}.${name.value}`];
  const [, claim] = /^assertion\.(\w+)$/.exec(from ?? '') ?? [];
  if (claim === undefined) throw new Unread(`${root?.value}.${name.value} is no claim by itself`);
  return [claim, tokens.slice(3)];
}

function readList(tokens: readonly Token[]): string[] {
  if (!isSign(tokens[0], '[') || !isSign(tokens.at(-1), ']'))
    throw new Unread(`${written(tokens)} is no list of texts`);
  return splitAt(tokens.slice(1, -1), ',').map(part => {
    const [text, ...others] = part;
    if (text?.kind !== 'text' || others.length > 0)
      throw new Unread(`${written(tokens)} is no list of texts`);
    return text.value;
  });
}

function quoted(text: string): string {
  const [special] = /[*?[{\\]/.exec(text) ?? [];
  if (special !== undefined || text === '')
    throw new Unread(`a pattern cannot hold ${JSON.stringify(text)} itself`);
  return text;
}

function readAtom(tokens: readonly Token[], mapping: CelSource['mapping']): Atom {
  const [claim, [operator, second, third, fourth, ...more]] = readClaim(tokens, mapping);
  const rest = tokens.slice(tokens.indexOf(operator as Token) + 1);
  if (isSign(operator, '==') && second?.kind === 'text' && !third)
    return { claim, rule: { equals: second.value }, negated: false };
  if (isSign(operator, '!=') && second?.kind === 'text' && !third)
    return { claim, rule: { not_equals: second.value }, negated: true };
  if (operator?.value === 'in' && operator.kind === 'name')
    return { claim, rule: { in: readList(rest) }, negated: false };
  const called =
    isSign(operator, '.') && isSign(third, '(') && fourth?.kind === 'text' && isSign(more[0], ')');
  if (called && more.length === 1 && second?.value === 'startsWith')
    return { claim, rule: { matches: `${quoted(fourth.value)}*` }, negated: false };
  if (called && more.length === 1 && second?.value === 'endsWith')
    return { claim, rule: { matches: `*${quoted(fourth.value)}` }, negated: false };
  throw new Unread(`${written(tokens)} has no counterpart`);
}

/** Several ways of one claim: `a == "x" || a == "y"`. */
function readEither(tokens: readonly Token[], mapping: CelSource['mapping']): Atom {
  const atoms = splitAt(unwrap(tokens), '||').map(part => readAtom(unwrap(part), mapping));
  const [first, ...others] = atoms as [Atom, ...Atom[]];
  if (others.length === 0) return first;
  const values = atoms.flatMap(({ rule }) => Object.values(rule).flat() as Scalar[]);
  const plain = atoms.every(({ claim, rule }) => claim === first.claim && ('equals' in rule || 'in' in rule));
  if (plain) return { claim: first.claim, rule: { in: [...new Set(values)] }, negated: false };
  const matching = atoms.every(({ claim, rule }) => claim === first.claim && 'matches' in rule);
  if (matching) return { claim: first.claim, rule: { matches: values }, negated: false };
  throw new Unread(`${written(tokens)} names several claims: write a statement for each`);
}

type Reading = { readonly atoms: readonly Atom[]; readonly failed: readonly string[] };

function readAll(tokens: readonly Token[], mapping: CelSource['mapping']): Reading {
  const atoms: Atom[] = [];
  const failed: string[] = [];
  for (const part of splitAt(unwrap(tokens), '&&')) {
    try {
      atoms.push(readEither(part, mapping));
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      failed.push(`${error.message}.`);
    }
  }
  return { atoms, failed };
}

function entriesFor(tokens: readonly Token[], name: string, { issuer, mapping }: CelSource): ImportEntry[] {
  const { atoms, failed } = readAll(tokens, mapping);
  const claims: { [claim: string]: ClaimRule } = {};
  const reasons = [...failed];
  for (const { claim, rule } of atoms) {
    const [operator = ''] = Object.keys(rule);
    if (operator in (claims[claim] ?? {}))
      reasons.push(`${claim} has two conditions with the same operator.`);
    else claims[claim] = { ...claims[claim], ...rule };
  }
  const negations = atoms.filter(({ negated }) => negated);
  const notes = negations.map(({ claim }) =>
    noteNarrower(claim, 'where the claim is null, the condition is not met'),
  );
  const draft: DraftStatement = { iss: issuer, claims };
  const entries = addSubjectClaims({ name, draft, notes: [AUDIENCE, ...notes] });
  if (reasons.length > 0) return [omitInPart(name, (entries[0] ?? { draft }).draft, ...reasons)];
  return entries.map(each => checkLoadable(each, 'trust'));
}

/** `a == "x" || a == "y"` is one rule; other ways are statements of their own. */
function readsAsOne(tokens: readonly Token[], mapping: CelSource['mapping']): boolean {
  if (splitAt(tokens, '||').some(way => splitAt(way, '&&').length > 1))
    return splitAt(tokens, '||').length === 1;
  return readAll(tokens, mapping).failed.length === 0;
}

function entriesOf(source: CelSource): ImportEntry[] {
  try {
    const tokens = unwrap(readTokens(source.condition));
    const all = readsAsOne(tokens, source.mapping) ? [tokens] : splitAt(tokens, '||');
    const nameOf = (index: number): string => (all.length === 1 ? 'The condition' : `Way ${index + 1}`);
    return all.flatMap((each, index) => entriesFor(each, nameOf(index), source));
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    return [omitInPart('The condition', { iss: source.issuer, claims: {} }, `${error.message}.`)];
  }
}

const BINDINGS = noteLoss(
  'Who of these may act as a service account is said by its IAM bindings (principalSet://…), which are not in the file: make the role as narrow.',
);

/** The condition of a workload identity provider of Google Cloud as a role without a provider. */
export function importCel(source: CelSource): ImportedPolicy {
  return {
    trust: entriesOf(source),
    deny: [],
    notes: [noteExact(`The condition was that of tokens of ${source.issuer}.`), BINDINGS],
  };
}
