import type { TargetRole, TrustCondition, TrustStatement } from '../../cli/targets/trust.ts';
import { range } from '../../policy/cidr.ts';
import type { Scalar } from '../../policy/condition.ts';
import { globMatches } from '../../policy/glob.ts';
import { askFor, type IssuerFacts, vocabularyTypes } from '../../policy/issuer.ts';
import type { Effect } from '../../policy/statement.ts';
import {
  type Draft,
  type Entry,
  exact,
  type Imported,
  leftOut,
  lost,
  type Note,
  type Rule,
} from './imported.ts';
import { AUDIENCE, factsOf, loadable, narrower, withParts } from './issuer.ts';

const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(.+)$/;

/** What one condition of IAM becomes: a rule on a claim, a range of addresses, a note, or the reason why nothing. */
type Carried =
  | { readonly claim: string; readonly rule: Rule; readonly notes: readonly Note[] }
  | { readonly source: Rule }
  | { readonly note: Note }
  | { readonly refused: string };

type Setting = { readonly host: string; readonly facts: IssuerFacts; readonly effect: Effect };

const WRITTEN = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;
const refused = (says: string): Carried => ({ refused: says });

/** A claim as a session tag has it: a number is its digits, and null is empty. */
const scalarOf = (operand: string, types: readonly string[]): Scalar | undefined => {
  if (types.includes('null') && operand === '') return null;
  if (types.includes('string')) return operand;
  const number = Number(operand);
  return types.includes('number') && String(number) === operand ? number : undefined;
};

const operators = (values: readonly Scalar[], one: string, many: string): Rule =>
  values.length === 1 ? { [one]: values[0] ?? null } : { [many]: values };

const isPattern = (operand: string): boolean => /[*?]/.test(operand);

/** The key of a condition as the claim that it speaks of. */
const claimOf = (key: string, { host, facts }: Setting): string | undefined => {
  const lower = key.toLowerCase();
  const prefix = [`${host.toLowerCase()}:`, 'aws:requesttag/'].find(each => lower.startsWith(each));
  const claim = prefix && lower.slice(prefix.length);
  return claim && facts.vocabulary && vocabularyTypes(facts.vocabulary, claim) ? claim : undefined;
};

const onAddress = (name: string, { key, operands }: TrustCondition): Carried | undefined => {
  if (key.toLowerCase() !== 'aws:sourceip') return undefined;
  const operator = { IpAddress: 'in', NotIpAddress: 'not_in' }[name];
  if (!operator) return undefined;
  const bad = operands.find(each => range(each) === undefined);
  return bad === undefined
    ? { source: { [operator]: operands } }
    : refused(`"${bad}" is not a range of addresses with its host bits zero`);
};

type OnClaim = {
  readonly claim: string;
  readonly types: readonly string[];
  readonly operands: readonly string[];
};

const equality = ({ claim, types, operands }: OnClaim, negated: boolean): Carried => {
  const values = operands.map(each => scalarOf(each, types));
  if (!values.every(each => each !== undefined))
    return refused(`${claim} can never be ${operands.join(' or ')}`);
  const rule = negated ? operators(values, 'not_equals', 'not_in') : operators(values, 'equals', 'in');
  const notes = negated
    ? [narrower(claim, 'where the claim is absent or null, the condition is not met')]
    : [];
  return { claim, rule, notes };
};

/** IAM's `**` is `*`. Null is empty text to IAM, which `*` matches; here a pattern never matches null. */
const likeness = (on: OnClaim, effect: Effect): Carried => {
  const { claim, types, operands } = on;
  if (!operands.some(isPattern)) return equality(on, false);
  if (!types.includes('string')) return refused(`${claim} is no text, so no pattern is for it`);
  const patterns = operands.map(each => each.replace(/\*+/g, '*'));
  const empty = types.includes('null') && patterns.some(each => globMatches(each, ''));
  if (empty && effect === 'deny') return refused(`a pattern on ${claim} would not strike where it is null`);
  const notes = empty ? [narrower(claim, 'a pattern does not match null')] : [];
  return { claim, rule: operators(patterns, 'matches', 'matches'), notes };
};

const onClaim = (name: string, on: OnClaim, effect: Effect): Carried => {
  if (name === 'StringEquals') return equality(on, false);
  if (name === 'StringNotEquals') return equality(on, true);
  return name === 'StringLike' ? likeness(on, effect) : refused(`${name} has no counterpart`);
};

/** What is otherwise here for a token without the claim. */
const absenceNotes = (claim: string, { effect, facts }: Setting, ifExists: boolean): Note[] => {
  if (effect === 'trust') return ifExists ? [narrower(claim, 'a token without the claim is not let in')] : [];
  return ifExists || askFor(claim, facts) === undefined
    ? []
    : [narrower(claim, 'a token without the claim is denied too')];
};

const carried = (condition: TrustCondition, setting: Setting): Carried => {
  const { operator, key, operands } = condition;
  const [, set, name = '', ifExists] = WRITTEN.exec(operator) ?? [];
  if (operands.some(each => each.includes('${')))
    return refused(`${operator} ${key} holds a variable of IAM`);
  const address = onAddress(name, condition);
  if (address) return address;
  const claim = claimOf(key, setting);
  if (claim === undefined)
    return refused(`${operator} ${key} speaks of nothing that a token of this issuer has`);
  const positive = name === 'StringEquals' || name === 'StringLike';
  if (claim === 'aud' && positive && !ifExists && set !== 'ForAllValues') return { note: AUDIENCE };
  if (claim === 'aud' || (set && !positive)) return refused(`${operator} ${key} has no counterpart`);
  const types = vocabularyTypes(setting.facts.vocabulary ?? { claims: {}, prefixes: {} }, claim) ?? [];
  const rule = onClaim(name, { claim, types, operands }, setting.effect);
  if (!('claim' in rule)) return rule;
  return {
    ...rule,
    notes: [...rule.notes, ...absenceNotes(claim, setting, Boolean(ifExists) || set === 'ForAllValues')],
  };
};

/** Every rule in its place. Undefined where one claim would have the same operator twice. */
const merged = (all: readonly Carried[]): Pick<Draft, 'claims' | 'request'> | undefined => {
  const claims: { [claim: string]: Rule } = {};
  let source: Rule = {};
  for (const each of all) {
    if (!('claim' in each) && !('source' in each)) continue;
    const before = 'claim' in each ? (claims[each.claim] ?? {}) : source;
    const rule = 'claim' in each ? each.rule : each.source;
    if (Object.keys(rule).some(operator => operator in before)) return undefined;
    if ('claim' in each) claims[each.claim] = { ...before, ...rule };
    else source = { ...before, ...rule };
  }
  if (Object.keys(source).length === 0) return { claims };
  return { claims, request: { source_ip: source as { readonly [operator: string]: readonly string[] } } };
};

const notesIn = (all: readonly Carried[]): Note[] =>
  all.flatMap(each => ('note' in each ? [each.note] : 'notes' in each ? each.notes : []));

/** A Sid becomes the id, where one statement alone comes of it. */
const idOf = (statement: TrustStatement): { readonly id?: string } =>
  hostsOf(statement).length === 1 && /^[A-Za-z0-9]{1,64}$/.test(statement.name) ? { id: statement.name } : {};

const entryFor = (statement: TrustStatement, host: string, effect: Effect): Entry => {
  const { name, conditions } = statement;
  const iss = `https://${host}`;
  const facts = factsOf(iss);
  if (!facts.vocabulary) return leftOut(name, `nothing is known of the tokens of ${iss}.`);
  const all = conditions.map(condition => carried(condition, { host, facts, effect }));
  const reasons = all.flatMap(each => ('refused' in each ? [`${each.refused}.`] : []));
  if (reasons.length > 0) return leftOut(name, ...reasons);
  const parts = merged(all);
  if (!parts) return leftOut(name, 'two conditions on one claim have the same operator.');
  const draft: Draft = { iss, ...idOf(statement), ...parts };
  const entry = { name, draft, notes: notesIn(all) };
  // More conditions would make a deny strike less often.
  return loadable(effect === 'trust' ? withParts(entry) : entry, effect);
};

/** The issuers that a statement speaks of. */
const hostsOf = ({ principals, exceptPrincipals }: TrustStatement): string[] =>
  exceptPrincipals
    ? []
    : principals.flatMap(({ kind, name }) => (kind === 'Federated' && PROVIDER.exec(name)?.[1]) || []);

const trustOf = (statement: TrustStatement): Entry[] => {
  const hosts = hostsOf(statement);
  return hosts.length === 0
    ? [leftOut(statement.name, 'it trusts no OIDC issuer by the ARN of its provider.')]
    : hosts.map(host => entryFor(statement, host, 'trust'));
};

const denyOf = (statement: TrustStatement, trusted: readonly string[]): Entry[] => {
  if (statement.exceptPrincipals)
    return [leftOut(statement.name, 'it denies all but some, and whom that strikes is not told by a token.')];
  const everyone = statement.principals.some(({ name }) => name === '*');
  const struck = everyone ? trusted : hostsOf(statement).filter(host => trusted.includes(host));
  return struck.map(host => entryFor(statement, host, 'deny'));
};

const NO_DENY = 'a Deny of this policy could not be carried over, and without it more would be let in.';

/**
 * An AWS trust policy as a role: its statements for web identity. Whoever the role admits, IAM would have admitted.
 * `role.arn` is undefined for a policy that stands alone.
 */
export const importAws = ({
  arn,
  statements,
}: Partial<TargetRole> & Pick<TargetRole, 'statements'>): Imported => {
  const [allows, denies] = (['Allow', 'Deny'] as const).map(effect =>
    statements.filter(each => each.effect === effect),
  );
  const trusted = [...new Set((allows ?? []).flatMap(hostsOf))];
  const deny = (denies ?? []).flatMap(each => denyOf(each, trusted));
  const trust = (allows ?? []).flatMap(trustOf);
  const held = deny.every(({ draft }) => draft)
    ? trust
    : trust.map(({ name, draft, notes }) => (draft ? leftOut(name, NO_DENY) : { name, draft, notes }));
  const target =
    arn === undefined
      ? lost('The ARN of the role is not in the file: add aws: { role_arn: … }.')
      : exact(`${arn} must trust the broker now: kite-sts check-targets prints how.`);
  return { trust: held, deny, roleArn: arn, notes: [target] };
};
