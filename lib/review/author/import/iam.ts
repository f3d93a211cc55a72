import { readRange } from '../../../policy/cidr.ts';
import type { Scalar } from '../../../policy/condition.ts';
import { matchGlob } from '../../../policy/glob.ts';
import { findRequestFlag, findVocabularyTypes, type IssuerFacts } from '../../../policy/issuer.ts';
import type { Effect } from '../../../policy/statement.ts';
import type { TrustCondition } from '../../targets/trust.ts';
import { type ClaimRule, createListRule, type ImportNote, noteExact, noteLoss } from './imported.ts';
import { AUDIENCE, noteNarrower } from './issuer.ts';
import { readConditionKey } from './keys.ts';

/**
 * One condition of IAM as it is carried over: a rule on a claim, a range of addresses, notes alone, or the reason why
 * nothing.
 */
export type CarriedCondition =
  | { readonly claim: string; readonly rule: ClaimRule; readonly notes: readonly ImportNote[] }
  | { readonly source: ClaimRule }
  | { readonly notes: readonly ImportNote[]; readonly audience?: readonly string[] }
  | { readonly refused: string }
  /** IAM finds it false for everybody. */
  | { readonly nobody: string };

type ConditionSetting = { readonly host: string; readonly facts: IssuerFacts; readonly effect: Effect };

const WRITTEN = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;
function refuseCondition(says: string): CarriedCondition {
  return { refused: says };
}

/** A claim as a session tag has it: a number is its digits, and null is empty. */
function convertOperand(operand: string, types: readonly string[]): Scalar | undefined {
  if (types.includes('null') && operand === '') return null;
  if (types.includes('string')) return operand;
  const number = Number(operand);
  return types.includes('number') && String(number) === operand ? number : undefined;
}

function isPattern(operand: string): boolean {
  return /[*?]/.test(operand);
}

function importAddress(name: string, condition: TrustCondition): CarriedCondition | undefined {
  if (condition.key.toLowerCase() !== 'aws:sourceip') return undefined;
  const operator = { IpAddress: 'in', NotIpAddress: 'not_in' }[name];
  if (!operator) return undefined;
  const bad = condition.operands.find(each => readRange(each) === undefined);
  return bad === undefined
    ? { source: { [operator]: condition.operands } }
    : refuseCondition(`"${bad}" is not a range of addresses with its host bits zero`);
}

type ClaimOperands = {
  readonly claim: string;
  readonly types: readonly string[];
  readonly operands: readonly string[];
};

function importEquality(operandsOn: ClaimOperands, negated: boolean): CarriedCondition {
  const { claim, types, operands } = operandsOn;
  const values = operands.map(each => convertOperand(each, types));
  if (!values.every(each => each !== undefined))
    return refuseCondition(`${claim} can never be ${operands.join(' or ')}`);
  const rule = negated
    ? createListRule(values, 'not_equals', 'not_in')
    : createListRule(values, 'equals', 'in');
  const notes = negated
    ? [noteNarrower(claim, 'where the claim is absent or null, the condition is not met')]
    : [];
  return { claim, rule, notes };
}

/** StringEquals compares to the letter, and no claim of a job holds a wildcard. */
function importStringEquals(on: ClaimOperands, effect: Effect): CarriedCondition {
  const meant = on.operands.filter(each => !isPattern(each));
  if (effect === 'deny' || meant.length === on.operands.length) return importEquality(on, false);
  const [wild] = on.operands.filter(isPattern);
  const says = `StringEquals takes ${JSON.stringify(wild)} to the letter, which nobody has: StringLike was meant`;
  if (meant.length === 0) return { nobody: says };
  const rest = importEquality({ ...on, operands: meant }, false);
  return 'claim' in rest ? { ...rest, notes: [noteLoss(`${says}. It was left out.`), ...rest.notes] } : rest;
}

/** IAM's `**` is `*`. Null is empty text to IAM, which `*` matches; here a pattern never matches null. */
function importStringLike(on: ClaimOperands, effect: Effect): CarriedCondition {
  const { claim, types, operands } = on;
  if (!operands.some(isPattern)) return importEquality(on, false);
  if (!types.includes('string')) return refuseCondition(`${claim} is no text, so no pattern is for it`);
  const patterns = operands.map(each => each.replace(/\*+/g, '*'));
  const empty = types.includes('null') && patterns.some(each => matchGlob(each, ''));
  if (empty && effect === 'deny')
    return refuseCondition(`a pattern on ${claim} would not strike where it is null`);
  const notes = empty ? [noteNarrower(claim, 'a pattern does not match null')] : [];
  return { claim, rule: createListRule(patterns, 'matches', 'matches'), notes };
}

function importClaimCondition(name: string, on: ClaimOperands, effect: Effect): CarriedCondition {
  if (name === 'StringEquals') return importStringEquals(on, effect);
  if (name === 'StringNotEquals') return importEquality(on, true);
  if (name === 'StringLike') return importStringLike(on, effect);
  if (name !== 'StringEqualsIgnoreCase' || effect === 'deny')
    return refuseCondition(`${name} has no counterpart`);
  const same = importStringEquals(on, effect);
  if (!('claim' in same)) return same;
  return { ...same, notes: [...same.notes, noteNarrower(on.claim, 'upper and lower case are not the same')] };
}

const ALWAYS = ['sub', 'aud'];

/** Notes what is otherwise here for a token without the claim. */
function noteAbsence(claim: string, setting: ConditionSetting, ifExists: boolean): ImportNote[] {
  if (ALWAYS.includes(claim)) return [];
  if (setting.effect === 'trust')
    return ifExists ? [noteNarrower(claim, 'a token without the claim is not let in')] : [];
  return ifExists || findRequestFlag(claim, setting.facts) === undefined
    ? []
    : [noteNarrower(claim, 'a token without the claim is denied too')];
}

const POSITIVE = ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'];

/** IAM has no such key: what asks for one is false for everybody, and what an absent key meets is true. */
function importMissingKey(claim: string, written: string): CarriedCondition {
  const [, set, name = '', ifExists] = WRITTEN.exec(written) ?? [];
  if (ifExists || set === 'ForAllValues' || (name.includes('Not') && set !== 'ForAnyValue'))
    return {
      notes: [noteExact(`${written} on ${claim} was left out: IAM knows no such key here, so all met it.`)],
    };
  return POSITIVE.includes(name) || set === 'ForAnyValue'
    ? { nobody: `IAM has no key for ${claim} of this issuer, so nobody meets ${written} on it` }
    : refuseCondition(`${written} ${claim} has no counterpart`);
}

function importNull(claim: string, operands: readonly string[]): CarriedCondition {
  const absent = operands.some(each => each.toLowerCase() === 'true');
  if (!ALWAYS.includes(claim)) return refuseCondition(`Null on ${claim} has no counterpart`);
  return absent ? { nobody: `each token has ${claim}` } : { notes: [] };
}

const CHOSEN = noteExact(
  'sts:RoleSessionName was not carried over: who asked IAM chose it. The broker names sessions.',
);

function isTrueWanted(condition: TrustCondition): boolean {
  return (
    condition.operator.startsWith('Bool') && condition.operands.every(each => each.toLowerCase() === 'true')
  );
}

/** Reads one condition of a trust policy for tokens of one issuer. */
export function importCondition(condition: TrustCondition, setting: ConditionSetting): CarriedCondition {
  const { operator, key, operands } = condition;
  const [, set, name = '', ifExists] = WRITTEN.exec(operator) ?? [];
  if (operands.some(each => each.includes('${')))
    return refuseCondition(`${operator} ${key} holds a variable, which IAM or your tool fills in`);
  const address = importAddress(name, condition);
  if (address) return address;
  const on = readConditionKey(key, setting);
  if (on.is === 'chosen' && setting.effect === 'trust') return { notes: [CHOSEN] };
  if (on.is === 'secure' && isTrueWanted(condition)) return { notes: [] };
  if (on.is === 'unsure')
    return refuseCondition(`whether IAM has a key for ${on.claim} of this issuer is not known here`);
  if (on.is === 'never') return importMissingKey(on.claim, operator);
  if (on.is !== 'claim')
    return refuseCondition(`${operator} ${key} is about nothing that a token of this issuer has`);
  const { claim } = on;
  if (name === 'Null') return importNull(claim, operands);
  const positive = POSITIVE.includes(name);
  if (claim === 'aud' && positive && setting.effect === 'trust') return importAudience(name, operands);
  if (claim === 'aud' || (set && !positive)) return refuseCondition(`${operator} ${key} has no counterpart`);
  const { vocabulary } = setting.facts;
  const types = (vocabulary && findVocabularyTypes(vocabulary, claim)) ?? ['string'];
  const rule = importClaimCondition(name, { claim, types, operands }, setting.effect);
  if (!('claim' in rule)) return rule;
  const azp = claim === 'azp' ? [noteNarrower(claim, 'IAM takes aud where a token has no azp')] : [];
  const absent = noteAbsence(claim, setting, Boolean(ifExists) || set === 'ForAllValues');
  return { ...rule, notes: [...rule.notes, ...azp, ...absent] };
}

function importAudience(name: string, operands: readonly string[]): CarriedCondition {
  return name === 'StringEquals' && operands.every(isPattern)
    ? { nobody: `StringEquals takes ${JSON.stringify(operands[0])} to the letter, and no audience is that` }
    : { notes: [AUDIENCE], audience: operands };
}
