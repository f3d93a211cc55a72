import { type ClaimValue, isMapping } from '../../policy/claims.ts';
import { matchGlob } from '../../policy/glob.ts';

/** How far a role's permissions reach, in as much as a migration must know it: what to look at first. */
export type Rights = {
  /** Does the dump hold the role's policies? list-roles does not. */
  readonly known: boolean;
  readonly managed: readonly string[];
  /** `administrator`: may do everything. `identities`: may change who may do what, which is the same in two steps. */
  readonly reach: 'administrator' | 'identities' | 'other';
};

const ADMINISTRATORS = ['AdministratorAccess', 'PowerUserAccess', 'IAMFullAccess'];

function listPolicyValues(value: ClaimValue | undefined): readonly ClaimValue[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Actions that an Allow of a policy gives on everything. */
function listPolicyActions(document: ClaimValue): string[] {
  if (!isMapping(document)) return [];
  return listPolicyValues(document['Statement']).flatMap(statement => {
    if (!isMapping(statement)) return [];
    const { Effect, Action, NotAction, Resource } = statement;
    if (Effect !== 'Allow' || !listPolicyValues(Resource).includes('*')) return [];
    return NotAction === undefined ? listPolicyValues(Action).map(String) : ['*'];
  });
}

/** Describes how far an IAM role's policies reach. A document that cannot be read gives nothing here: it is looked at by a person. */
export function describeIamRights(
  managed: readonly string[],
  inline: readonly ClaimValue[],
  documents: ReadonlyMap<string, ClaimValue>,
): Rights {
  const actions = [...inline, ...managed.map(arn => documents.get(arn) ?? null)].flatMap(listPolicyActions);
  const given = (action: string): boolean =>
    actions.some(pattern => matchGlob(pattern.toLowerCase(), action.toLowerCase()));
  const names = managed.map(arn => arn.split('/').at(-1) ?? '');
  const known = managed.length + inline.length > 0;
  if (actions.includes('*') || names.includes('AdministratorAccess'))
    return { known, managed: names, reach: 'administrator' };
  const identities = given('iam:PutRolePolicy') || names.some(name => ADMINISTRATORS.includes(name));
  return { known, managed: names, reach: identities ? 'identities' : 'other' };
}
