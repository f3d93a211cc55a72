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
import { AUDIENCE, addSubjectClaims, finishEntries, noteNarrower } from './issuer.ts';

/** A condition on tokens in CEL, as a provider of a Google Cloud workload identity pool has it. */
export type CelSource = {
  readonly issuer: string;
  readonly condition: string;
  /** `google.subject` or `attribute.x` by the expression that it comes from. */
  readonly mapping: { readonly [attribute: string]: string };
};

type CelToken = { readonly kind: 'text' | 'name' | 'sign'; readonly value: string };

class UnreadError extends Error {}

const TOKENS = /\s*(?:("(?:[^"\\]*)"|'(?:[^'\\]*)')|([A-Za-z_][\w]*)|(&&|\|\||==|!=|[()[\],.!]))/y;

function readTokens(condition: string): CelToken[] {
  const found: CelToken[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < condition.trimEnd().length) {
    const at = TOKENS.lastIndex;
    const [, text, name, sign] = TOKENS.exec(condition) ?? [];
    if (text !== undefined) found.push({ kind: 'text', value: text.slice(1, -1) });
    else if (name !== undefined) found.push({ kind: 'name', value: name });
    else if (sign !== undefined) found.push({ kind: 'sign', value: sign });
    else
      throw new UnreadError(`${JSON.stringify(condition.slice(at).trim().slice(0, 60))} was not understood`);
  }
  return found;
}

/** The parts between a sign that stands outside of all brackets. */
function splitTokens(tokens: readonly CelToken[], sign: string): CelToken[][] {
  const parts: CelToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign' && /^[([]$/.test(token.value)) depth++;
    if (token.kind === 'sign' && /^[)\]]$/.test(token.value)) depth--;
    if (depth === 0 && token.kind === 'sign' && token.value === sign) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function quoteTokens(tokens: readonly CelToken[]): string {
  return tokens.map(({ kind, value }) => (kind === 'text' ? JSON.stringify(value) : value)).join(' ');
}

function isSign(token: CelToken | undefined, value: string): boolean {
  return token?.kind === 'sign' && token.value === value;
}

/** Without brackets around all of it. */
function stripBrackets(tokens: readonly CelToken[]): readonly CelToken[] {
  if (!isSign(tokens[0], '(') || !isSign(tokens.at(-1), ')')) return tokens;
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (isSign(token, '(')) depth++;
    if (isSign(token, ')')) depth--;
    if (depth === 0 && index < tokens.length - 1) return tokens;
  }
  return stripBrackets(tokens.slice(1, -1));
}

type Comparison = { readonly claim: string; readonly rule: ClaimRule; readonly negated: boolean };

/** `assertion.x`, `assertion["x"]`, or an attribute that is mapped to one; and what follows. */
function readCelClaim(
  tokens: readonly CelToken[],
  mapping: CelSource['mapping'],
): [claim: string, rest: readonly CelToken[]] {
  const [root, sign, name, end] = tokens;
  if (isSign(sign, '[') && name?.kind === 'text' && isSign(end, ']') && root?.value === 'assertion')
    return [name.value, tokens.slice(4)];
  if (!isSign(sign, '.') || name?.kind !== 'name')
    throw new UnreadError(`${quoteTokens(tokens)} was not understood`);
  if (root?.value === 'assertion') return [name.value, tokens.slice(3)];
  const from = mapping[`${root?.value}.${name.value}`];
  const [, claim] = /^assertion\.(\w+)$/.exec(from ?? '') ?? [];
  if (claim === undefined) throw new UnreadError(`${root?.value}.${name.value} is no claim by itself`);
  return [claim, tokens.slice(3)];
}

function readTextList(tokens: readonly CelToken[]): string[] {
  if (!isSign(tokens[0], '[') || !isSign(tokens.at(-1), ']'))
    throw new UnreadError(`${quoteTokens(tokens)} is no list of texts`);
  return splitTokens(tokens.slice(1, -1), ',').map(part => {
    const [text, ...others] = part;
    if (text?.kind !== 'text' || others.length > 0)
      throw new UnreadError(`${quoteTokens(tokens)} is no list of texts`);
    return text.value;
  });
}

function requireLiteral(text: string): string {
  const [special] = /[*?[{\\]/.exec(text) ?? [];
  if (special !== undefined || text === '')
    throw new UnreadError(`a pattern cannot hold ${JSON.stringify(text)} itself`);
  return text;
}

function readCelComparison(tokens: readonly CelToken[], mapping: CelSource['mapping']): Comparison {
  const [claim, [operator, second, third, fourth, ...more]] = readCelClaim(tokens, mapping);
  const rest = tokens.slice(tokens.indexOf(operator as CelToken) + 1);
  if (isSign(operator, '==') && second?.kind === 'text' && !third)
    return { claim, rule: { equals: second.value }, negated: false };
  if (isSign(operator, '!=') && second?.kind === 'text' && !third)
    return { claim, rule: { not_equals: second.value }, negated: true };
  if (operator?.value === 'in' && operator.kind === 'name')
    return { claim, rule: { in: readTextList(rest) }, negated: false };
  const called =
    isSign(operator, '.') && isSign(third, '(') && fourth?.kind === 'text' && isSign(more[0], ')');
  if (called && more.length === 1 && second?.value === 'startsWith')
    return { claim, rule: { matches: `${requireLiteral(fourth.value)}*` }, negated: false };
  if (called && more.length === 1 && second?.value === 'endsWith')
    return { claim, rule: { matches: `*${requireLiteral(fourth.value)}` }, negated: false };
  throw new UnreadError(`${quoteTokens(tokens)} has no counterpart`);
}

/** Several ways of one claim: `a == "x" || a == "y"`. */
function readDisjunction(tokens: readonly CelToken[], mapping: CelSource['mapping']): Comparison {
  const atoms = splitTokens(stripBrackets(tokens), '||').map(part =>
    readCelComparison(stripBrackets(part), mapping),
  );
  const [first, ...others] = atoms as [Comparison, ...Comparison[]];
  if (others.length === 0) return first;
  const values = atoms.flatMap(each => Object.values(each.rule).flat() as Scalar[]);
  const plain = atoms.every(({ claim, rule }) => claim === first.claim && ('equals' in rule || 'in' in rule));
  if (plain) return { claim: first.claim, rule: { in: [...new Set(values)] }, negated: false };
  const matching = atoms.every(each => each.claim === first.claim && 'matches' in each.rule);
  if (matching) return { claim: first.claim, rule: { matches: values }, negated: false };
  throw new UnreadError(`${quoteTokens(tokens)} names several claims: write a statement for each`);
}

type Conjunction = { readonly atoms: readonly Comparison[]; readonly failed: readonly string[] };

function readConjunction(tokens: readonly CelToken[], mapping: CelSource['mapping']): Conjunction {
  const atoms: Comparison[] = [];
  const failed: string[] = [];
  for (const part of splitTokens(stripBrackets(tokens), '&&')) {
    try {
      atoms.push(readDisjunction(part, mapping));
    } catch (error) {
      if (!(error instanceof UnreadError)) throw error;
      failed.push(`${error.message}.`);
    }
  }
  return { atoms, failed };
}

function importWay(tokens: readonly CelToken[], name: string, source: CelSource): ImportEntry[] {
  const { atoms, failed } = readConjunction(tokens, source.mapping);
  const claims: { [claim: string]: ClaimRule } = {};
  const reasons = [...failed];
  for (const { claim, rule } of atoms) {
    const [operator = ''] = Object.keys(rule);
    if (operator in (claims[claim] ?? {}))
      reasons.push(`${claim} has two conditions with the same operator.`);
    else claims[claim] = { ...claims[claim], ...rule };
  }
  const negations = atoms.filter(each => each.negated);
  const notes = negations.map(each =>
    noteNarrower(each.claim, 'where the claim is null, the condition is not met'),
  );
  const draft: DraftStatement = { iss: source.issuer, claims };
  const entries = addSubjectClaims({ name, draft, notes: [AUDIENCE, ...notes] });
  return finishEntries(entries, reasons);
}

/** `a == "x" || a == "y"` is one rule; other ways are statements of their own. */
function isOneStatement(tokens: readonly CelToken[], mapping: CelSource['mapping']): boolean {
  if (splitTokens(tokens, '||').some(way => splitTokens(way, '&&').length > 1))
    return splitTokens(tokens, '||').length === 1;
  return readConjunction(tokens, mapping).failed.length === 0;
}

function importWays(source: CelSource): ImportEntry[] {
  try {
    const tokens = stripBrackets(readTokens(source.condition));
    const all = isOneStatement(tokens, source.mapping) ? [tokens] : splitTokens(tokens, '||');
    const nameWay = (index: number): string => (all.length === 1 ? 'The condition' : `Way ${index + 1}`);
    return all.flatMap((each, index) => importWay(each, nameWay(index), source));
  } catch (error) {
    if (!(error instanceof UnreadError)) throw error;
    return [omitInPart('The condition', { iss: source.issuer, claims: {} }, `${error.message}.`)];
  }
}

const BINDINGS = noteLoss(
  'Who of these may act as a service account is said by its IAM bindings (principalSet://…), which are not in the file: make the role as narrow.',
);

/** The condition of a workload identity provider of Google Cloud as a role without a provider. */
export function importCel(source: CelSource): ImportedPolicy {
  return {
    trust: importWays(source),
    deny: [],
    notes: [noteExact(`The condition was that of tokens of ${source.issuer}.`), BINDINGS],
  };
}
