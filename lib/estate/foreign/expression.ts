import type { Wanted } from './trust.ts';

/** The demands of a condition, as far as it was understood; `doubts` holds the parts that were not. */
export type ReadExpression = { readonly wanted: readonly Wanted[]; readonly doubts: readonly string[] };

const TEXT = `(?:"([^"\\\\]*)"|'([^'\\\\]*)')`;

/** Parts between `&&` (or `and`) that stand in no quotes and no brackets. */
function splitParts(condition: string, sign: RegExp): string[] {
  const parts: string[] = [];
  let [depth, quote, from] = [0, '', 0];
  for (let at = 0; at < condition.length; at++) {
    const character = condition[at] ?? '';
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    sign.lastIndex = at;
    const found = depth === 0 && quote === '' ? sign.exec(condition) : null;
    if (!found) continue;
    parts.push(condition.slice(from, at));
    from = at + found[0].length;
    at = from - 1;
  }
  return [...parts, condition.slice(from)].map(each => each.trim()).filter(each => each !== '');
}

function unwrap(part: string): string {
  return part.startsWith('(') && part.endsWith(')') && splitParts(part, /\)\s*\(/y).length === 1
    ? part.slice(1, -1).trim()
    : part;
}

type Mapping = { readonly [attribute: string]: string };

/** `assertion.x`, or an attribute that is one. */
function findExpressionClaim(name: string, mapping: Mapping): string | undefined {
  const written = name.startsWith('assertion.') ? name : (mapping[name] ?? '');
  return /^assertion\.(\w+)$/.exec(written)?.[1];
}

const EQUAL = new RegExp(`^([\\w.]+)\\s*==\\s*${TEXT}$`);
const CALL = new RegExp(`^([\\w.]+)\\.(startsWith|endsWith)\\(\\s*${TEXT}\\s*\\)$`);
const LIST = /^([\w.]+)\s+in\s+\[(.*)\]$/s;

function readAtom(part: string, mapping: Mapping): Wanted | undefined {
  const [, name = '', double, single] = EQUAL.exec(part) ?? [];
  const claim = findExpressionClaim(name, mapping);
  if (claim !== undefined) return { claim, operator: 'StringEquals', operands: [double ?? single ?? ''] };
  const [, of = '', call, first, second] = CALL.exec(part) ?? [];
  const text = first ?? second ?? '';
  const called = findExpressionClaim(of, mapping);
  if (called !== undefined && !/[*?]/.test(text))
    return {
      claim: called,
      operator: 'StringLike',
      operands: [call === 'startsWith' ? `${text}*` : `*${text}`],
    };
  const [, listed = '', items = ''] = LIST.exec(part) ?? [];
  const inList = findExpressionClaim(listed, mapping);
  const values = [...items.matchAll(new RegExp(TEXT, 'g'))].map(([, a, b]) => a ?? b ?? '');
  const isWhole = items.replace(new RegExp(TEXT, 'g'), '').replace(/[\s,]/g, '') === '';
  return inList !== undefined && isWhole
    ? { claim: inList, operator: 'StringEquals', operands: values }
    : undefined;
}

/** `a == "x" || a == "y"` of one claim is a list. */
function readWays(part: string, mapping: Mapping): Wanted | undefined {
  const ways = splitParts(part, /\|\|/y).map(each => readAtom(unwrap(each), mapping));
  const [first] = ways;
  if (!first || !ways.every(each => each?.claim === first.claim && each.operator === first.operator))
    return undefined;
  return { ...first, operands: ways.flatMap(each => each?.operands ?? []) };
}

/** A condition of a workload identity provider of Google Cloud: a second reading, by other means than the one that writes the role. */
export function readExpressionCondition(condition: string, mapping: Mapping): ReadExpression {
  const parts = splitParts(unwrap(condition.trim()), /&&/y).map(unwrap);
  const read = parts.map(part => ({ part, wanted: readWays(part, mapping) }));
  return {
    wanted: read.flatMap(each => each.wanted ?? []),
    doubts: read.filter(each => each.wanted === undefined).map(each => each.part.slice(0, 80)),
  };
}

const CLAIM = /^claims\['(\w+)'\]\s+(eq|matches)\s+'([^']*)'$/;

/** An expression of a flexible federated credential of Entra. */
export function readFlexible(expression: string): ReadExpression {
  const read = splitParts(expression, /\band\b/y).map(part => {
    const [, claim, operator, value = ''] = CLAIM.exec(part) ?? [];
    const wanted: Wanted | undefined =
      claim === undefined
        ? undefined
        : { claim, operator: operator === 'eq' ? 'StringEquals' : 'StringLike', operands: [value] };
    return { part, wanted };
  });
  return {
    wanted: read.flatMap(each => each.wanted ?? []),
    doubts: read.filter(each => each.wanted === undefined).map(each => each.part.slice(0, 80)),
  };
}

const MOST_WAYS = 50;

/**
 * A regular expression that must match as a whole, as patterns: literals, `.*`, `.+`, a dot, and lists in brackets.
 * Undefined where it holds more than that.
 */
export function readRegExp(expression: string): string[] | undefined {
  const inner = expression.replace(/^\^/, '').replace(/\$$/, '');
  const group = /^(.*?)\(((?:[^()\\]|\\.)*)\)(.*)$/s.exec(inner);
  if (group) {
    const [, before = '', list = '', after = ''] = group;
    if (/^[*+?{]/.test(after) || list.startsWith('?')) return undefined;
    const all = list.split('|').map(way => readRegExp(`${before}${way}${after}`));
    const ways = all.every(each => each !== undefined) ? all.flat() : undefined;
    return ways && ways.length <= MOST_WAYS ? ways : undefined;
  }
  if (inner.includes('|')) return undefined;
  const pattern = inner
    .replace(/\\([.\-/:@_])/g, (_, each: string) => (each === '.' ? '\u{1}' : each))
    .replaceAll('.*', '\u{2}')
    .replaceAll('.+', '\u{3}')
    .replaceAll('.', '\u{4}');
  if (/[\\*+?()[\]{}^$|]/.test(pattern)) return undefined;
  return [
    pattern
      .replaceAll('\u{1}', '.')
      .replaceAll('\u{2}', '*')
      .replaceAll('\u{3}', '?*')
      .replaceAll('\u{4}', '?'),
  ];
}
