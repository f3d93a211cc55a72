import { type Claims, type ClaimValue, isMapping } from '../../policy/claims.ts';
import { readAccountId } from '../../review/targets/request.ts';
import {
  readTrustStatements,
  splitJsonTexts,
  TargetError,
  type TrustStatement,
} from '../../review/targets/trust.ts';
import { readStrictJson } from '../../token/json.ts';
import { listMembers, readTextMember } from '../members.ts';
import { type AccessKey, readKeyReport, readKeys } from './keys.ts';
import { describeIamRights, type Rights } from './rights.ts';

/** One role as an account's dump has it. */
export type AwsRole = {
  readonly arn: string;
  readonly name: string;
  /** Where it stands in IAM, such as `/ci/`. */
  readonly path: string;
  /** Undefined where the trust policy could not be read; then `unreadable` says why. */
  readonly trust: readonly TrustStatement[] | undefined;
  readonly unreadable?: string;
  readonly maxSeconds?: number;
  readonly boundary?: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly created?: string;
  /** When it was last used, as far as IAM keeps it; null where IAM says never, undefined where the dump does not say. */
  readonly lastUsed?: string | null;
  readonly rights: Rights;
};

type AwsUser = { readonly arn: string; readonly name: string; readonly created?: string };

/** An OIDC provider of an account: whose tokens its roles can trust. */
type OidcProvider = { readonly arn: string; readonly host: string };

/** All that the dumps of one or several accounts hold. */
export type AwsEstate = {
  readonly roles: readonly AwsRole[];
  readonly users: readonly AwsUser[];
  readonly keys: readonly AccessKey[];
  readonly providers: readonly OidcProvider[];
  /** Gaps that a reader must know of, such as a dump that was cut. */
  readonly gaps: readonly string[];
};

/** An account of 5,000 roles has about a million members. */
const MEMBERS = 20_000_000;

/** The API itself gives a document as encoded text; the CLI as JSON. */
function readPolicyDocument(value: ClaimValue | undefined): ClaimValue | undefined {
  return typeof value === 'string' ? readStrictJson(decodeURIComponent(value)) : value;
}

function readTrust(role: Claims): Pick<AwsRole, 'trust' | 'unreadable'> {
  try {
    return { trust: readTrustStatements(readPolicyDocument(role['AssumeRolePolicyDocument'])) };
  } catch (error) {
    return { trust: undefined, unreadable: (error as Error).message };
  }
}

function readTags(role: Claims): ReadonlyMap<string, string> {
  return new Map(
    listMembers(role, 'Tags').flatMap(tag => {
      const [key, value] = [readTextMember(tag, 'Key'), readTextMember(tag, 'Value')];
      return key === undefined ? [] : [[key, value ?? ''] as const];
    }),
  );
}

function readLastUsed(role: Claims): string | null | undefined {
  const used = role['RoleLastUsed'];
  return isMapping(used) ? (readTextMember(used, 'LastUsedDate') ?? null) : undefined;
}

/** Leaves out members that are not in the dump, so that a second dump can add them. */
function keepKnown<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}

function readDumpRole(role: Claims, managed: ReadonlyMap<string, ClaimValue>): AwsRole | undefined {
  const arn = readTextMember(role, 'Arn');
  if (arn === undefined) return undefined;
  const boundary = role['PermissionsBoundary'];
  const longest = role['MaxSessionDuration'];
  return keepKnown({
    arn,
    name: readTextMember(role, 'RoleName') ?? arn.split('/').at(-1) ?? '',
    path: readTextMember(role, 'Path') ?? '/',
    ...readTrust(role),
    maxSeconds: typeof longest === 'number' ? longest : undefined,
    boundary: isMapping(boundary) ? readTextMember(boundary, 'PermissionsBoundaryArn') : undefined,
    tags: readTags(role),
    created: readTextMember(role, 'CreateDate'),
    lastUsed: readLastUsed(role),
    rights: describeIamRights(
      listMembers(role, 'AttachedManagedPolicies').flatMap(each => readTextMember(each, 'PolicyArn') ?? []),
      listMembers(role, 'RolePolicyList').map(each => readPolicyDocument(each['PolicyDocument']) ?? null),
      managed,
    ),
  }) as AwsRole;
}

function readManaged(dumps: readonly Claims[]): ReadonlyMap<string, ClaimValue> {
  const versions = (policy: Claims) => listMembers(policy, 'PolicyVersionList');
  return new Map(
    dumps
      .flatMap(dump => listMembers(dump, 'Policies'))
      .flatMap(policy => {
        const arn = readTextMember(policy, 'Arn');
        const [version] = versions(policy).filter(each => each['IsDefaultVersion'] === true);
        return arn && version ? [[arn, readPolicyDocument(version['Document']) ?? null] as const] : [];
      }),
  );
}

function readUsers(dump: Claims): AwsUser[] {
  return [...listMembers(dump, 'UserDetailList'), ...listMembers(dump, 'Users')].flatMap(user => {
    const arn = readTextMember(user, 'Arn');
    if (arn === undefined) return [];
    return [
      keepKnown({
        arn,
        name: readTextMember(user, 'UserName') ?? '',
        created: readTextMember(user, 'CreateDate'),
      }),
    ];
  }) as AwsUser[];
}

const PROVIDER = /^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/(.+)$/;

function readProviders(dump: Claims): OidcProvider[] {
  return listMembers(dump, 'OpenIDConnectProviderList').flatMap(each => {
    const arn = readTextMember(each, 'Arn') ?? '';
    const [, host] = PROVIDER.exec(arn) ?? [];
    return host === undefined ? [] : [{ arn, host }];
  });
}

/** Merges two dumps of one role: of each member, the one that knows more. */
function mergeRoles(roles: readonly AwsRole[]): AwsRole[] {
  const merged = new Map<string, AwsRole>();
  for (const role of roles) {
    const before = merged.get(role.arn);
    const tags = new Map([...(before?.tags ?? []), ...role.tags]);
    const rights = before?.rights.known ? before.rights : role.rights;
    merged.set(role.arn, { ...before, ...role, tags, rights });
  }
  return [...merged.values()].sort((a, b) => (a.arn < b.arn ? -1 : 1));
}

const SHAPES = [
  ...['RoleDetailList', 'UserDetailList', 'GroupDetailList', 'Policies', 'Roles', 'Role', 'Users'],
  ...['OpenIDConnectProviderList', 'AccessKeyMetadata', 'Content'],
];

/** A text of a file, with what it is called when it cannot be read. */
export type DumpFile = { readonly path: string; readonly text: string };

function readDumps(file: DumpFile): Claims[] {
  const values = splitJsonTexts(file.text).map(each => readStrictJson(each, { members: MEMBERS }));
  const dumps = values.flatMap(value => (Array.isArray(value) ? value : [value])).filter(isMapping);
  if (dumps.length === 0 || !dumps.every(dump => SHAPES.some(shape => shape in dump) || 'Arn' in dump))
    throw new TargetError(
      `${file.path} is none of what aws iam get-account-authorization-details, list-roles, get-role, list-open-id-connect-providers, list-users, list-access-keys and get-credential-report print.`,
    );
  return dumps;
}

function listRoles(dump: Claims): readonly Claims[] {
  const one = dump['Role'];
  const alone = 'AssumeRolePolicyDocument' in dump ? [dump] : [];
  return [
    ...listMembers(dump, 'RoleDetailList'),
    ...listMembers(dump, 'Roles'),
    ...(isMapping(one) ? [one] : []),
    ...alone,
  ];
}

function findGaps(dumps: readonly Claims[]): string[] {
  const cut = dumps.some(dump => dump['IsTruncated'] === true || 'NextToken' in dump);
  const has = (...shapes: string[]): boolean => dumps.some(dump => shapes.some(shape => shape in dump));
  return [
    ...(cut ? ['A dump was cut before its end, so roles may be missing: print it without --max-items.'] : []),
    ...(has('OpenIDConnectProviderList')
      ? []
      : ['No list of OIDC providers: aws iam list-open-id-connect-providers prints it.']),
    ...(has('AccessKeyMetadata', 'Content')
      ? []
      : ['No list of static keys: aws iam get-credential-report prints it.']),
  ];
}

/** Reads what the AWS CLI printed of one or several accounts. Throws `TargetError` or `JsonError`. */
export function readAwsEstate(files: readonly DumpFile[]): AwsEstate {
  const dumps = files.flatMap(readDumps);
  const managed = readManaged(dumps);
  const roles = mergeRoles(
    dumps.flatMap(dump => listRoles(dump).flatMap(role => readDumpRole(role, managed) ?? [])),
  );
  const users = dumps.flatMap(readUsers);
  const accounts = [...new Set([...roles, ...users].map(each => readAccountId(each.arn)))];
  const reported = dumps.flatMap(readKeyReport);
  return {
    roles,
    users: [...new Map(users.map(user => [user.arn, user])).values()],
    keys: reported.length > 0 ? reported : dumps.flatMap(dump => readKeys(dump, accounts)),
    providers: [...new Map(dumps.flatMap(readProviders).map(each => [each.arn, each])).values()],
    gaps: findGaps(dumps),
  };
}
