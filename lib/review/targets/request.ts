import type { Truth } from '../../policy/condition.ts';
import { matchGlob } from '../../policy/glob.ts';
import type { Role } from '../../policy/role.ts';
import { readTag } from '../../policy/targets/tags.ts';
import { findSlots } from '../../policy/template.ts';
import { combineAll, combineAny, judgeCondition, type KeyLookup, type KeyValues } from './condition.ts';
import type { Principal, TrustStatement } from './trust.ts';

/** The demands of a role of the configuration on its target. */
export type TargetRequest = {
  readonly role: string;
  readonly arn: string;
  readonly externalId: string;
  /** A tag's value is undefined when claims fill it in. */
  readonly tags: readonly (readonly [key: string, value: string | undefined])[];
  readonly transitiveTags: readonly string[];
  readonly sourceIdentity: boolean;
  /** The longest session that the role gives. */
  readonly seconds: number;
};

/** Lists what each `aws` role asks of AssumeRole. Via web_identity a target trusts our JWT, and not our role. */
export function listTargetRequests(roles: readonly Role[]): TargetRequest[] {
  return roles.flatMap(({ name, template, session }) =>
    template.kind === 'aws' && template.via === 'assume_role'
      ? {
          role: name,
          arn: template.role_arn,
          externalId: template.external_id,
          tags: Object.entries(template.tags).map(([key, tag]) => {
            const { value } = readTag(tag);
            return [key, findSlots(value).length === 0 ? value : undefined] as const;
          }),
          transitiveTags: template.transitive_tags,
          sourceIdentity: template.source_identity,
          seconds: session.max,
        }
      : [],
  );
}

export type TargetCaller = { readonly principal: string; readonly externalId: string | undefined };
export type StsAction = 'sts:AssumeRole' | 'sts:TagSession' | 'sts:SetSourceIdentity';

const ACCOUNT = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/;
export function readAccountId(arn: string): string {
  return arn.split(':')[4] ?? '';
}
/** The account that is trusted as a whole, if it is one. */
export function readWholeAccount(name: string): string | undefined {
  return ACCOUNT.exec(name)?.[1];
}

const UNKNOWN: KeyValues = { values: [undefined] };

/** Looks up what is known of the broker's AssumeRole by condition key, as lib/providers/aws.ts sends it. */
function createKeyLookup(asked: TargetRequest, caller: TargetCaller, action: StsAction): KeyLookup {
  const { principal, externalId } = caller;
  return key => {
    const listed = (values: readonly string[]): KeyValues => ({ values, many: true });
    if (key.startsWith('aws:requesttag/')) {
      const tag = asked.tags.find(([name]) => `aws:requesttag/${name.toLowerCase()}` === key);
      return { values: tag ? [tag[1]] : [] };
    }
    const known: { readonly [key: string]: KeyValues | undefined } = {
      // AWS documents this key for sts:AssumeRole alone; without one it is absent in all three.
      'sts:externalid':
        externalId !== undefined && action !== 'sts:AssumeRole'
          ? undefined
          : { values: externalId === undefined ? [] : [externalId] },
      'sts:rolesessionname': UNKNOWN,
      'sts:sourceidentity': asked.sourceIdentity ? UNKNOWN : { values: [] },
      'sts:transitivetagkeys': listed(asked.transitiveTags),
      'aws:tagkeys': listed(asked.tags.map(([name]) => name)),
      'aws:principalarn': { values: [principal] },
      'aws:principalaccount': { values: [readAccountId(principal)] },
      'aws:principaltype': { values: ['AssumedRole'] },
      'aws:principalisawsservice': { values: ['false'] },
      'aws:securetransport': { values: ['true'] },
    };
    return Object.hasOwn(known, key) ? known[key] : undefined;
  };
}

function judgePrincipal(statement: TrustStatement, principal: string): Truth {
  if (statement.exceptPrincipals) return 'doubt';
  const meant = ({ kind, name }: Principal): boolean =>
    kind === 'AWS' &&
    (name === '*' || name === principal || readWholeAccount(name) === readAccountId(principal));
  return statement.principals.some(meant) ? 'true' : 'false';
}

/** IAM compares actions without case. */
export function isActionCovered(statement: TrustStatement, action: string): boolean {
  return (
    statement.actions.some(pattern => matchGlob(pattern.toLowerCase(), action.toLowerCase())) !==
    statement.exceptActions
  );
}

export type Ruling = {
  readonly says: 'allowed' | 'refused' | 'denied' | 'undecided';
  /** Conditions that could not be judged: `statement: operator key`. */
  readonly doubts: readonly string[];
};

/** Judges one action by a trust policy: a Deny that holds wins, and what is in doubt is undecided. */
export function judgeStatements(
  statements: readonly TrustStatement[],
  action: string,
  keys: KeyLookup,
  isMeant: (statement: TrustStatement) => Truth,
): Ruling {
  const doubts: string[] = [];
  const applies = (statement: TrustStatement): Truth => {
    if (!isActionCovered(statement, action)) return 'false';
    const judged = statement.conditions.map(each => [each, judgeCondition(each, keys)] as const);
    const truth = combineAll([isMeant(statement), ...judged.map(([, held]) => held)]);
    if (truth !== 'doubt') return truth;
    if (statement.exceptPrincipals) doubts.push(`${statement.name}: NotPrincipal`);
    for (const [{ operator, key }, held] of judged)
      if (held === 'doubt') doubts.push(`${statement.name}: ${operator} ${key}`);
    return truth;
  };
  const withEffect = (effect: TrustStatement['effect']): Truth =>
    combineAny(statements.filter(each => each.effect === effect).map(applies));
  const [denied, allowed] = [withEffect('Deny'), withEffect('Allow')];
  if (denied === 'true') return { says: 'denied', doubts: [] };
  if (allowed === 'false') return { says: 'refused', doubts: [] };
  const sure = denied === 'false' && allowed === 'true';
  return sure ? { says: 'allowed', doubts: [] } : { says: 'undecided', doubts };
}

/** Judges a request of AssumeRole, the broker's or somebody else's, by a trust policy. */
export function ruleOnAction(
  statements: readonly TrustStatement[],
  asked: TargetRequest,
  request: TargetCaller,
  action: StsAction,
): Ruling {
  return judgeStatements(statements, action, createKeyLookup(asked, request, action), statement =>
    judgePrincipal(statement, request.principal),
  );
}
