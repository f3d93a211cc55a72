import { readRange } from '../policy/cidr.ts';
import type { Effect } from '../policy/statement.ts';
import { findFacts } from '../review/author/import/issuer.ts';
import { readConditionKey } from '../review/author/import/keys.ts';
import { judgeCondition } from '../review/targets/condition.ts';
import { isActionCovered } from '../review/targets/request.ts';
import type { TrustCondition, TrustStatement } from '../review/targets/trust.ts';
import { findPreset } from '../token/presets.ts';
import type { SubjectReading } from './subject-form.ts';
import { readSubjectForms } from './subject-form.ts';

/**
 * A second reading of a trust policy of AWS, which shares no word with the one that writes the role: it says for which
 * tokens a statement applies, as regions, so that `diff` can hold the two against each other.
 */

/** The demand of one condition, before there is a space to say it in. */
export type Reading = {
  /** The claim, or undefined where it is about the address. */
  readonly claim: string | undefined;
  readonly condition: TrustCondition;
};

/** One statement of a trust policy, for the tokens of one issuer. */
export type DirectStatement = {
  readonly name: string;
  readonly effect: Effect;
  readonly readings: readonly Reading[];
  /** The forms of `sub` that are asked for, told by other claims: one list for each condition on it, if they are known. */
  readonly forms: readonly (readonly SubjectReading[])[] | undefined;
  /** Nobody meets it: what it asks for is in no token. */
  readonly nobody: boolean;
  /** Conditions that could not be read. An Allow is then taken to let nobody in by it, and a Deny to strike everybody. */
  readonly doubts: readonly string[];
};

/** Whom a role of AWS lets in by tokens of one issuer. */
export type DirectTrust = { readonly issuer: string; readonly statements: readonly DirectStatement[] };

const WRITTEN = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/;
const ON_TEXT = [
  ...['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'],
  ...['StringEqualsIgnoreCase', 'Null'],
];

export function nameOperator(condition: TrustCondition): string {
  return WRITTEN.exec(condition.operator)?.[2] ?? '';
}

type ReadCondition =
  | 'met'
  | { readonly reading: Reading }
  | { readonly nobody: true }
  | { readonly doubt: string };

/** A key that no token has: IAM judges the condition as for one that lacks it. */
function readWithoutKey(condition: TrustCondition): ReadCondition {
  return judgeCondition(condition, () => ({ values: [] })) === 'true' ? 'met' : { nobody: true };
}

function readAudienceCondition(condition: TrustCondition, doubt: ReadCondition): ReadCondition {
  const name = nameOperator(condition);
  if (name.includes('Not')) return doubt;
  const isImpossible = name === 'StringEquals' && condition.operands.every(each => /[*?]/.test(each));
  return isImpossible ? { nobody: true } : 'met';
}

/** A key that is named by the host of another issuer. */
function isOfAnother(key: string): boolean {
  return /^[a-z0-9.-]+\.[a-z]+(\/[^:]*)?:(aud|sub|azp|oaud)$/i.test(key);
}

function readTrustCondition(condition: TrustCondition, issuer: string, effect: Effect): ReadCondition {
  const { operator, key, operands } = condition;
  const doubt = { doubt: `${operator} on ${key}` };
  if (operands.some(each => each.includes('${'))) return doubt;
  if (key.toLowerCase() === 'aws:sourceip')
    return ['IpAddress', 'NotIpAddress'].includes(operator) && operands.every(each => readRange(each))
      ? { reading: { claim: undefined, condition } }
      : doubt;
  const subject = readConditionKey(key, { host: issuer.slice('https://'.length), facts: findFacts(issuer) });
  if (subject.is === 'never') return readWithoutKey(condition);
  if (subject.is === 'secure')
    return judgeCondition(condition, () => ({ values: ['true'] })) === 'true' ? 'met' : doubt;
  // Who asks for the session chooses its name, and mints the token for the audience that is wanted.
  if (subject.is === 'chosen') return effect === 'trust' ? 'met' : doubt;
  // IAM fills the keys of the issuer that signed the token, and of no other.
  if (subject.is === 'other' && isOfAnother(key)) return readWithoutKey(condition);
  if (subject.is !== 'claim') return doubt;
  if (subject.claim === 'aud') return effect === 'deny' ? doubt : readAudienceCondition(condition, doubt);
  return ON_TEXT.includes(nameOperator(condition)) ? { reading: { claim: subject.claim, condition } } : doubt;
}

function listForms(readings: readonly Reading[], issuer: string): DirectStatement['forms'] {
  const lists = readings
    .filter(
      each =>
        each.claim === 'sub' &&
        ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike'].includes(nameOperator(each.condition)),
    )
    .map(({ condition }) => {
      const literal = nameOperator(condition) !== 'StringLike';
      const all = condition.operands.map(text => readSubjectForms(findPreset(issuer), { text, literal }));
      return all.every(each => each !== undefined) ? all.flat() : undefined;
    });
  return lists.length > 0 && lists.every(each => each !== undefined) ? lists : undefined;
}

function readStatement(statement: TrustStatement, issuer: string): DirectStatement {
  const effect: Effect = statement.effect === 'Allow' ? 'trust' : 'deny';
  const all = statement.conditions.map(each => readTrustCondition(each, issuer, effect));
  const readings = all.flatMap(each => (typeof each === 'object' && 'reading' in each ? [each.reading] : []));
  return {
    name: statement.name,
    effect,
    readings,
    forms: listForms(readings, issuer),
    nobody: all.some(each => typeof each === 'object' && 'nobody' in each),
    doubts: all.flatMap(each => (typeof each === 'object' && 'doubt' in each ? [each.doubt] : [])),
  };
}

/** One demand on a claim, or on the address, in IAM's words. */
type ClaimDemand = {
  readonly claim: string;
  readonly operator: string;
  readonly operands: readonly string[];
};

/** A statement that lets in whoever meets all of these, of a source that is not IAM and sees every claim. */
export function compileReading(
  issuer: string,
  name: string,
  demands: readonly ClaimDemand[],
  doubts: readonly string[],
): DirectStatement {
  const readings = demands.map(({ claim, operator, operands }): Reading => {
    const isAddress = claim === 'aws:SourceIp';
    return { claim: isAddress ? undefined : claim, condition: { operator, key: claim, operands } };
  });
  return { name, effect: 'trust', readings, forms: listForms(readings, issuer), nobody: false, doubts };
}

const PROVIDER = /^arn:aws[a-z-]*:iam::[^:]*:oidc-provider\/([^$]+)$/;

function findProviderIssuer(name: string): string | undefined {
  const host = name === 'accounts.google.com' ? name : PROVIDER.exec(name)?.[1];
  return host === undefined ? undefined : `https://${host}`;
}

const ENTRANCE = 'sts:AssumeRoleWithWebIdentity';

/** The issuers whose tokens a trust policy lets in. */
function listIssuers(statements: readonly TrustStatement[]): string[] {
  const allows = statements.filter(each => each.effect === 'Allow' && isActionCovered(each, ENTRANCE));
  const names = allows.flatMap(each => (each.exceptPrincipals ? [] : each.principals));
  return [
    ...new Set(
      names.flatMap(each => (each.kind === 'Federated' ? (findProviderIssuer(each.name) ?? []) : [])),
    ),
  ];
}

function isAbout(statement: TrustStatement, issuer: string): boolean {
  const { principals, exceptPrincipals, effect } = statement;
  // Whom it means is not told by a token: a Deny of it is taken to strike.
  if (exceptPrincipals) return effect === 'Deny';
  return principals.some(
    ({ kind, name }) =>
      (kind === 'Federated' && findProviderIssuer(name) === issuer) || (effect === 'Deny' && name === '*'),
  );
}

/** Whom a trust policy lets in by tokens, issuer by issuer. */
export function readDirectTrusts(statements: readonly TrustStatement[]): DirectTrust[] {
  return listIssuers(statements).map(issuer => readDirectTrust(statements, issuer));
}

function readDirectTrust(statements: readonly TrustStatement[], issuer: string): DirectTrust {
  const relevant = statements.filter(each => isActionCovered(each, ENTRANCE) && isAbout(each, issuer));
  return {
    issuer,
    statements: relevant.map(each => {
      const read = readStatement(each, issuer);
      return each.exceptPrincipals ? { ...read, doubts: [...read.doubts, 'NotPrincipal'] } : read;
    }),
  };
}
