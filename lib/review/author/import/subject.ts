import { findPreset } from '../../../token/presets.ts';
import { type ClaimRule, createValueRule } from './imported.ts';
import { hasWildcard, type PartValue, readSubject, type SubjectClaims } from './subject-vendors.ts';

/** Why nobody has this subject, where the vendor's own form says so. */
export function explainImpossible(issuer: string, subject: string): string | undefined {
  if (findPreset(issuer) !== 'buildkite') return undefined;
  const [, ref] = /^organization:[^:]*:pipeline:[^:]*:ref:([^:]+)/.exec(subject) ?? [];
  return ref === undefined || /^(refs\/|\*|r?e?f?s?\*)/.test(ref)
    ? undefined
    : `Buildkite writes ref:refs/heads/${ref}, never ref:${ref}, so nobody has the subject ${JSON.stringify(subject)}.`;
}

function createClaimRule(all: readonly PartValue[]): ClaimRule {
  const values = [...new Set(all.map(each => each.value))];
  return createValueRule(
    values,
    all.some(each => each.wild),
  );
}

/** A list may hold patterns and texts together, but null and what a pattern cannot hold. */
function canList(all: readonly PartValue[]): boolean {
  return (
    all.every(each => !each.wild) ||
    all.every(({ value, wild }) => typeof value === 'string' && (wild || !/[[{\\]/.test(value)))
  );
}

type ClaimGroup = { readonly [claim: string]: readonly PartValue[] };

/** Both in one, where they differ in one claim alone. */
function joinGroups(a: ClaimGroup, b: ClaimGroup): ClaimGroup | undefined {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length || !names.every(name => name in b)) return undefined;
  const differing = names.filter(name => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
  const [name, ...others] = differing;
  if (name === undefined) return a;
  const both = [...(a[name] ?? []), ...(b[name] ?? [])];
  return others.length === 0 && canList(both) ? { ...a, [name]: both } : undefined;
}

function groupClaims(readings: readonly SubjectClaims[]): ClaimGroup[] {
  const groups: ClaimGroup[] = [];
  for (const { claims } of readings) {
    const one = Object.fromEntries(Object.entries(claims).map(([name, each]) => [name, [each]]));
    const at = groups.findIndex(group => joinGroups(group, one));
    const joined = at < 0 ? undefined : joinGroups(groups[at] ?? {}, one);
    if (joined) groups[at] = joined;
    else groups.push(one);
  }
  return groups;
}

type ClaimRules = { readonly [claim: string]: ClaimRule };

function createClaimRules(group: ClaimGroup): ClaimRules {
  return Object.fromEntries(Object.entries(group).map(([claim, all]) => [claim, createClaimRule(all)]));
}

/** Finds what every one of the subjects says, as rules that may stand beside `sub`. */
function findCommonRules(readings: readonly SubjectClaims[]): ClaimRules {
  const [first, ...others] = readings;
  const shared = Object.keys(first?.claims ?? {}).filter(name => others.every(each => name in each.claims));
  const all = shared.map(name => [name, readings.map(each => each.claims[name] as PartValue)] as const);
  return createClaimRules(Object.fromEntries(all.filter(([, each]) => canList(each))));
}

function listRuleOperands(rule: ClaimRule): PartValue[] {
  const [[operator = '', operands] = []] = Object.entries(rule);
  return [operands ?? null]
    .flat()
    .map(value => ({ value, wild: operator === 'matches' && hasWildcard(String(value)) }));
}

/** A rule on `sub` as rules on claims: several where no one statement says it. `kept`: `sub` must stay beside them. */
type SubjectRules = { readonly rules: readonly ClaimRules[]; readonly kept: boolean };

/** Reads what a rule on `sub` says of other claims, by the form that the vendor gives its subjects. */
export function readSubjects(issuer: string, rule: ClaimRule): SubjectRules {
  const operands = listRuleOperands(rule);
  const positive = ['equals', 'in', 'matches'].includes(Object.keys(rule).join());
  const readings = operands.map(({ value, wild }) =>
    typeof value === 'string' && positive && wild === hasWildcard(value)
      ? readSubject(issuer, value)
      : undefined,
  );
  const known = readings.filter(each => each !== undefined);
  if (known.length < operands.length || known.length === 0) return { rules: [{}], kept: true };
  if (!known.every(each => each.whole && Object.keys(each.claims).length > 0))
    return { rules: [findCommonRules(known)], kept: true };
  return { rules: groupClaims(known).map(createClaimRules), kept: false };
}
