import {
  isActionCovered,
  readAccountId,
  readWholeAccount,
  ruleOnAction,
  type TargetCaller,
  type TargetRequest,
} from './request.ts';
import type { Principal, TargetRole, TrustCondition, TrustStatement } from './trust.ts';

/**
 * All that `check-targets` can find, and what to change. docs/reference/cli-estate.md has a row for each, and a
 * test holds the two together.
 */
export const FINDINGS = {
  'target-unknown': 'The file has no role of this ARN. Add its get-role output, or mend role_arn.',
  'broker-not-trusted': "No statement allows sts:AssumeRole to the broker's role.",
  'issuer-not-trusted':
    "Via web_identity: no statement allows sts:AssumeRoleWithWebIdentity to the OIDC provider of the broker's URL.",
  'audience-not-demanded':
    'Via web_identity: a token of the broker for anybody else gets in too. Demand its audience, sts.amazonaws.com.',
  'subject-not-demanded':
    'Via web_identity: another role of the broker gets in too. Demand by StringEquals the subjects of those that use this target.',
  'principal-gone':
    'A principal was deleted: AWS shows its id where its ARN was, and a role made again under the same name is another principal.',
  'condition-not-met':
    "A statement names the broker, but its conditions do not hold for the broker's request.",
  'explicitly-denied': 'A Deny statement holds for the broker.',
  'external-id-differs': 'Another ExternalId is demanded than the one that this role sends.',
  'external-id-not-demanded':
    'The broker gets in without an ExternalId, so any role of it could be let in here.',
  'external-id-wide': 'Other ExternalIds are let in too. Demand by StringEquals those of this target alone.',
  'tag-session-not-allowed': 'The role sends session tags, which needs sts:TagSession for the broker.',
  'source-identity-not-allowed':
    'The role sets SourceIdentity, which needs sts:SetSourceIdentity for the broker.',
  'principal-wide': 'A whole account, or everyone, is let in. Name the role of the broker.',
  'principal-other': 'Someone beside the broker is let in. Remove it, or name it with --also if it is meant.',
  'session-too-short': "MaxSessionDuration is less than the role's longest session.",
  undecided: 'It cannot be told from here whether this holds. Look at it, or simplify the policy.',
} as const satisfies Record<string, string>;

export type FindingCode = keyof typeof FINDINGS;
export type TargetFinding = { readonly code: FindingCode; readonly detail?: string };

/** Whom the targets are meant to trust. */
export type TrustedCallers = {
  readonly broker: string;
  /** Others that may stand in a trust policy. */
  readonly also: readonly string[];
  /** The ExternalIds of every role of the configuration that shares this target. */
  readonly externalIds: readonly string[];
};

/** An id in the place of an ARN: what IAM shows of a principal that was deleted. */
const GONE = /^A[A-Z]{3}[A-Z0-9]{12,}$/;
const ENTRANCES = ['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'];

export function createTargetFinding(code: FindingCode, detail?: string): TargetFinding {
  return { code, ...(detail === undefined ? {} : { detail }) };
}

function listEntrances(statements: readonly TrustStatement[]): TrustStatement[] {
  return statements.filter(
    each => each.effect === 'Allow' && ENTRANCES.some(action => isActionCovered(each, action)),
  );
}

/** ExternalIds that the conditions speak of, and one that they do not. */
function listOtherIds(statements: readonly TrustStatement[], trusted: TrustedCallers): string[] {
  const written = listEntrances(statements)
    .flatMap(each => each.conditions)
    .filter(each => each.key.toLowerCase() === 'sts:externalid')
    .flatMap(({ operands }) =>
      operands.flatMap(each => [each, each.replace(/[*?]/g, 'x'), each.toUpperCase()]),
    );
  return [...new Set([...written, 'any-other'])].filter(id => !trusted.externalIds.includes(id));
}

/** Why the broker is not let in, which of three it is. */
function explainBrokerRefusal(
  asked: TargetRequest,
  statements: readonly TrustStatement[],
  trusted: TrustedCallers,
): TargetFinding {
  const named = listEntrances(statements).some(each =>
    each.principals.some(
      ({ name }) =>
        name === '*' || name === trusted.broker || readWholeAccount(name) === readAccountId(trusted.broker),
    ),
  );
  if (!named) return createTargetFinding('broker-not-trusted');
  const accepts = (externalId: string | undefined): boolean =>
    ruleOnAction(statements, asked, { principal: trusted.broker, externalId }, 'sts:AssumeRole').says ===
    'allowed';
  const another = [undefined, ...listOtherIds(statements, trusted), ...trusted.externalIds].some(accepts);
  return createTargetFinding(another ? 'external-id-differs' : 'condition-not-met');
}

function checkExternalId(
  asked: TargetRequest,
  statements: readonly TrustStatement[],
  trusted: TrustedCallers,
): TargetFinding[] {
  const ruling = (externalId: string | undefined) =>
    ruleOnAction(statements, asked, { principal: trusted.broker, externalId }, 'sts:AssumeRole');
  const without = ruling(undefined);
  if (without.says === 'allowed') return [createTargetFinding('external-id-not-demanded')];
  if (without.says === 'undecided') return without.doubts.map(each => createTargetFinding('undecided', each));
  const wide = listOtherIds(statements, trusted).some(id => ruling(id).says === 'allowed');
  return wide ? [createTargetFinding('external-id-wide')] : [];
}

/** May the broker do what this role asks, and only under the role's ExternalId? */
function checkBroker(
  asked: TargetRequest,
  statements: readonly TrustStatement[],
  trusted: TrustedCallers,
): TargetFinding[] {
  const request: TargetCaller = { principal: trusted.broker, externalId: asked.externalId };
  const { says, doubts } = ruleOnAction(statements, asked, request, 'sts:AssumeRole');
  if (says === 'denied') return [createTargetFinding('explicitly-denied', 'sts:AssumeRole')];
  if (says === 'refused') return [explainBrokerRefusal(asked, statements, trusted)];
  const beside = [
    ...(asked.tags.length > 0 ? [['sts:TagSession', 'tag-session-not-allowed'] as const] : []),
    ...(asked.sourceIdentity ? [['sts:SetSourceIdentity', 'source-identity-not-allowed'] as const] : []),
  ].flatMap(([action, code]): TargetFinding[] => {
    const ruling = ruleOnAction(statements, asked, request, action);
    if (ruling.says === 'allowed') return [];
    if (ruling.says === 'denied') return [createTargetFinding('explicitly-denied', action)];
    return ruling.says === 'refused'
      ? [createTargetFinding(code)]
      : ruling.doubts.map(each => createTargetFinding('undecided', `${action}, ${each}`));
  });
  const inside =
    says === 'allowed'
      ? checkExternalId(asked, statements, trusted)
      : doubts.map(each => createTargetFinding('undecided', `sts:AssumeRole, ${each}`));
  return [...inside, ...beside];
}

const ONLY = { Allow: /^(ForAnyValue:)?(String|Arn)(Equals|Like)$/, Deny: /^(String|Arn)Not(Equals|Like)$/ };

/** Does a condition leave none but those who are trusted, by their ARNs? */
function isNarrowingToTrusted(
  condition: TrustCondition,
  effect: TrustStatement['effect'],
  trusted: TrustedCallers,
): boolean {
  const { operator, key, operands } = condition;
  return (
    key.toLowerCase() === 'aws:principalarn' &&
    ONLY[effect].test(operator) &&
    operands.every(each => [trusted.broker, ...trusted.also].includes(each))
  );
}

/** A whole account or everyone is no one too many where a condition, or a Deny of all others, names the broker. */
function isNarrowedToTrusted(
  statement: TrustStatement,
  statements: readonly TrustStatement[],
  trusted: TrustedCallers,
): boolean {
  return (
    statement.conditions.some(each => isNarrowingToTrusted(each, 'Allow', trusted)) ||
    statements.some(
      deny =>
        deny.effect === 'Deny' &&
        !deny.exceptPrincipals &&
        deny.principals.some(each => each.name === '*') &&
        ENTRANCES.every(action => isActionCovered(deny, action)) &&
        // A second condition would let go of whoever does not meet it.
        deny.conditions.length === 1 &&
        deny.conditions.every(each => isNarrowingToTrusted(each, 'Deny', trusted)),
    )
  );
}

function checkPrincipal(principal: Principal, isNarrowed: boolean, trusted: TrustedCallers): TargetFinding[] {
  const { kind, name } = principal;
  if ([trusted.broker, ...trusted.also].includes(name)) return [];
  if (kind === 'AWS' && GONE.test(name)) return [createTargetFinding('principal-gone', name)];
  if (kind !== 'AWS' || (name !== '*' && readWholeAccount(name) === undefined))
    return [createTargetFinding('principal-other', name)];
  return isNarrowed ? [] : [createTargetFinding('principal-wide', name)];
}

/** Who else is let in? Read from what is written: nobody can try every stranger. */
function checkPrincipals(statements: readonly TrustStatement[], trusted: TrustedCallers): TargetFinding[] {
  return listEntrances(statements).flatMap(statement => {
    if (statement.exceptPrincipals)
      return [createTargetFinding('principal-wide', `${statement.name}: NotPrincipal`)];
    const isNarrowed = isNarrowedToTrusted(statement, statements, trusted);
    return statement.principals.flatMap(each => checkPrincipal(each, isNarrowed, trusted));
  });
}

export function checkSessionLength(
  asked: Pick<TargetRequest, 'seconds'>,
  target: TargetRole,
): TargetFinding[] {
  const { maxSeconds } = target;
  if (maxSeconds === undefined)
    return [createTargetFinding('undecided', 'MaxSessionDuration is not in the file')];
  return maxSeconds < asked.seconds
    ? [createTargetFinding('session-too-short', `${maxSeconds} is less than ${asked.seconds}`)]
    : [];
}

/** All that is wrong with the target of one role. Pure: what AWS shows of the target is handed in. */
export function checkTarget(
  asked: TargetRequest,
  target: TargetRole | undefined,
  trusted: TrustedCallers,
): TargetFinding[] {
  if (!target) return [createTargetFinding('target-unknown')];
  const { statements } = target;
  const all = [
    ...checkBroker(asked, statements, trusted),
    ...checkPrincipals(statements, trusted),
    ...checkSessionLength(asked, target),
  ];
  return dropRepeatedFindings(all);
}

/** Each finding once, in order. */
export function dropRepeatedFindings(findings: readonly TargetFinding[]): TargetFinding[] {
  return [...new Map(findings.map(each => [`${each.code} ${each.detail}`, each])).values()];
}

/** The trust policy that a target should have, for every role that shares it. */
export function createTrustPolicy(sharing: readonly TargetRequest[], trusted: TrustedCallers): object {
  const beside = [
    ...(sharing.some(each => each.tags.length > 0) ? ['sts:TagSession'] : []),
    ...(sharing.some(each => each.sourceIdentity) ? ['sts:SetSourceIdentity'] : []),
  ];
  const allow = { Effect: 'Allow', Principal: { AWS: trusted.broker } };
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KiteStsByExternalId',
        ...allow,
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': trusted.externalIds } },
      },
      ...(beside.length > 0 ? [{ Sid: 'KiteStsSession', ...allow, Action: beside }] : []),
    ],
  };
}
