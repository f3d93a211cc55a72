/**
 * Dumps of AWS accounts as `aws iam … --output json` prints them: GetAccountAuthorizationDetails, ListRoles,
 * ListOpenIDConnectProviders, ListAccessKeys and GetCredentialReport of iam 2010-05-08.
 */
export const ACCOUNT = '123456789012';
export const GITHUB_HOST = 'token.actions.githubusercontent.com';
export const BUILDKITE_HOST = 'agent.buildkite.com';
export const GITLAB_HOST = 'gitlab.com';

export type Json = { readonly [member: string]: unknown };

/** `AROA…`: 21 characters, as IAM makes them. */
const idOf = (prefix: string, at: number): string => `${prefix}EXAMPLE${String(at).padStart(10, '0')}`;

export const providerArn = (host: string, account = ACCOUNT): string =>
  `arn:aws:iam::${account}:oidc-provider/${host}`;

export const allow = (host: string, condition: Json, more: Json = {}): Json => ({
  Effect: 'Allow',
  Principal: { Federated: providerArn(host) },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: condition,
  ...more,
});

export const policyOf = (...statements: readonly Json[]): Json => ({
  Version: '2012-10-17',
  Statement: statements,
});

export const subject = (host: string, value: string | readonly string[], operator = 'StringLike'): Json => ({
  StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
  [operator]: {
    ...(operator === 'StringEquals' ? { [`${host}:aud`]: 'sts.amazonaws.com' } : {}),
    [`${host}:sub`]: value,
  },
});

export type RoleWish = {
  readonly name: string;
  readonly path?: string;
  readonly trust: unknown;
  readonly tags?: readonly Json[];
  readonly managed?: readonly string[];
  readonly inline?: readonly Json[];
  readonly boundary?: string;
  readonly lastUsed?: string;
  readonly account?: string;
};

export const roleDetail = (wish: RoleWish, at: number): Json => {
  const {
    name,
    path = '/',
    trust,
    tags = [],
    managed = [],
    inline = [],
    boundary,
    lastUsed,
    account = ACCOUNT,
  } = wish;
  return {
    Path: path,
    RoleName: name,
    RoleId: idOf('AROA', at),
    Arn: `arn:aws:iam::${account}:role${path}${name}`,
    CreateDate: '2024-03-05T10:11:12+00:00',
    AssumeRolePolicyDocument: trust,
    InstanceProfileList: [],
    RolePolicyList: inline.map((PolicyDocument, index) => ({
      PolicyName: `inline-${index}`,
      PolicyDocument,
    })),
    AttachedManagedPolicies: managed.map(PolicyArn => ({
      PolicyName: PolicyArn.split('/').at(-1),
      PolicyArn,
    })),
    ...(boundary === undefined
      ? {}
      : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: boundary } }),
    Tags: tags,
    RoleLastUsed: lastUsed === undefined ? {} : { LastUsedDate: lastUsed, Region: 'eu-central-1' },
  };
};

const service = (name: string): Json => ({
  Effect: 'Allow',
  Principal: { Service: name },
  Action: 'sts:AssumeRole',
});
const assumedBy = (...principals: readonly string[]): Json => ({
  Effect: 'Allow',
  Principal: { AWS: principals.length === 1 ? principals[0] : principals },
  Action: 'sts:AssumeRole',
});

const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const EVERYTHING = policyOf({ Effect: 'Allow', Action: '*', Resource: '*' });
const USED = '2026-11-28T03:04:05+00:00';

/** Roles of a small account that has all that is messy. */
export const MESSY: readonly RoleWish[] = [
  {
    name: 'deploy-web',
    path: '/ci/',
    trust: policyOf(allow(BUILDKITE_HOST, subject(BUILDKITE_HOST, 'organization:acme:pipeline:web:*'))),
    managed: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'],
    lastUsed: USED,
  },
  {
    name: 'GitHubDeploy',
    trust: policyOf(
      allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:ref:refs/heads/main', 'StringEquals')),
    ),
    tags: [{ Key: 'team', Value: 'Shop & Co <b>' }],
    lastUsed: USED,
  },
  // The audience alone: any repository of the world.
  {
    name: 'github-anyone',
    trust: policyOf(allow(GITHUB_HOST, { StringEquals: { [`${GITHUB_HOST}:aud`]: 'sts.amazonaws.com' } })),
    managed: [ADMINISTRATOR],
    lastUsed: USED,
  },
  // A name that only begins alike: acme-evil is another owner.
  {
    name: 'github-alike',
    trust: policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme*'))),
    inline: [EVERYTHING],
  },
  {
    name: 'two-issuers',
    trust: policyOf({
      ...allow(GITHUB_HOST, { StringLike: { [`${GITHUB_HOST}:sub`]: 'repo:acme/web:*' } }),
      Principal: { Federated: [providerArn(GITHUB_HOST), providerArn(BUILDKITE_HOST)] },
    }),
  },
  {
    name: 'any-value',
    trust: policyOf(
      allow(GITHUB_HOST, {
        'ForAnyValue:StringLike': {
          [`${GITHUB_HOST}:sub`]: ['repo:acme/web:*', 'repo:acme/api:ref:refs/heads/*'],
        },
        'ForAllValues:StringEquals': {
          [`${GITHUB_HOST}:aud`]: ['sts.amazonaws.com', 'sts.cn-north-1.amazonaws.com.cn'],
        },
      }),
    ),
  },
  {
    name: 'with-deny',
    trust: policyOf(
      allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')),
      allow(
        GITHUB_HOST,
        { StringLike: { [`${GITHUB_HOST}:sub`]: 'repo:acme/web:pull_request' } },
        { Effect: 'Deny' },
      ),
    ),
  },
  {
    name: 'letters',
    trust: policyOf(
      allow(GITHUB_HOST, {
        StringEqualsIgnoreCase: { [`${GITHUB_HOST}:sub`]: 'repo:Acme/Web:ref:refs/heads/main' },
      }),
    ),
  },
  {
    name: 'wildcard-to-the-letter',
    trust: policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*', 'StringEquals'))),
  },
  {
    name: 'gitlab-main',
    trust: policyOf(
      allow(
        GITLAB_HOST,
        subject(GITLAB_HOST, 'project_path:acme/web:ref_type:branch:ref:main', 'StringEquals'),
      ),
    ),
  },
  {
    name: 'both-ways',
    trust: policyOf(
      allow(BUILDKITE_HOST, subject(BUILDKITE_HOST, 'organization:acme:pipeline:api:*')),
      assumedBy('arn:aws:iam::111122223333:role/kite-sts-exchange'),
    ),
  },
  { name: 'moved', trust: policyOf(assumedBy('arn:aws:iam::111122223333:role/kite-sts-exchange')) },
  { name: 'gone', trust: policyOf(assumedBy(idOf('AIDA', 7))) },
  {
    name: 'gone-and-oidc',
    trust: policyOf(assumedBy(idOf('AIDA', 8)), allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/old:*'))),
  },
  { name: 'partner', trust: policyOf(assumedBy('arn:aws:iam::999988887777:root')) },
  { name: 'world', trust: policyOf({ ...assumedBy('*') }) },
  {
    name: 'people',
    trust: policyOf({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/okta` },
      Action: 'sts:AssumeRoleWithSAML',
    }),
  },
  { name: 'lambda', path: '/service-role/', trust: policyOf(service('lambda.amazonaws.com')) },
  {
    name: 'AWSServiceRoleForSupport',
    path: '/aws-service-role/support.amazonaws.com/',
    trust: policyOf(service('support.amazonaws.com')),
  },
  {
    name: 'AWSReservedSSO_Admin_1234567890abcdef',
    path: '/aws-reserved/sso.amazonaws.com/eu-central-1/',
    trust: policyOf({
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/AWSSSO_DO_NOT_DELETE` },
      Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
    }),
  },
  { name: 'no-statement', trust: { Version: '2012-10-17' } },
  { name: 'statement-of-text', trust: policyOf('Allow' as unknown as Json) },
  {
    name: 'encoded',
    trust: encodeURIComponent(
      JSON.stringify(policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/docs:*')))),
    ),
  },
  { name: 'cut-off', trust: '%7B%22Version' },
  // IAM takes none of these two names; a dump that somebody made may have them.
  {
    name: '../../../etc/cron.d/x',
    trust: policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/path:*'))),
  },
  {
    name: '<img src=x onerror=alert(1)>',
    trust: policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/markup:*'))),
    tags: [{ Key: 'team', Value: '=HYPERLINK("https://evil.example","x")' }],
  },
];

export const details = (roles: readonly RoleWish[], users: readonly Json[] = []): Json => ({
  UserDetailList: users,
  GroupDetailList: [],
  RoleDetailList: roles.map(roleDetail),
  Policies: [],
});

export const PROVIDERS: Json = {
  OpenIDConnectProviderList: [GITHUB_HOST, BUILDKITE_HOST, GITLAB_HOST].map(host => ({
    Arn: providerArn(host),
  })),
};

export const USERS: readonly Json[] = [
  {
    Path: '/',
    UserName: 'ci-deploy',
    UserId: idOf('AIDA', 1),
    Arn: `arn:aws:iam::${ACCOUNT}:user/ci-deploy`,
    CreateDate: '2019-05-06T07:08:09+00:00',
    GroupList: [],
    AttachedManagedPolicies: [],
    Tags: [],
  },
];

export const KEYS: Json = {
  AccessKeyMetadata: [
    {
      UserName: 'ci-deploy',
      AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      Status: 'Active',
      CreateDate: '2019-05-06T07:08:10+00:00',
    },
  ],
};

const SHAPES: readonly ((at: number) => unknown)[] = [
  at =>
    policyOf(
      allow(GITHUB_HOST, subject(GITHUB_HOST, `repo:acme/service-${at}:ref:refs/heads/main`, 'StringEquals')),
    ),
  at => policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, `repo:acme/service-${at}:*`))),
  at =>
    policyOf(allow(BUILDKITE_HOST, subject(BUILDKITE_HOST, `organization:acme:pipeline:service-${at}:*`))),
  at =>
    policyOf(
      allow(
        BUILDKITE_HOST,
        subject(BUILDKITE_HOST, `organization:acme:pipeline:service-${at}:ref:refs/heads/main:*`),
      ),
    ),
  at =>
    policyOf(
      allow(
        GITHUB_HOST,
        subject(GITHUB_HOST, `repo:acme/service-${at}:environment:production`, 'StringEquals'),
      ),
    ),
  () => policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/*'))),
];

const OTHERS: readonly ((at: number) => unknown)[] = [
  () => policyOf(service('lambda.amazonaws.com')),
  () => policyOf(service('ec2.amazonaws.com')),
  () => policyOf(assumedBy(`arn:aws:iam::${ACCOUNT}:root`)),
];

/** An account of many roles, `share` of a hundred of which trust an OIDC issuer. */
export const largeAccount = (count: number, share = 100): Json =>
  details(
    Array.from({ length: count }, (_, at): RoleWish => {
      const trusts = at % 100 < share;
      const shapes = trusts ? SHAPES : OTHERS;
      return {
        name: `service-${at}`,
        path: trusts ? `/ci/team-${at % 40}/` : '/',
        trust: shapes[at % shapes.length]?.(at),
        managed: ['arn:aws:iam::aws:policy/AmazonS3FullAccess'],
        lastUsed: USED,
      };
    }),
  );

/** The three sizes: a hand's breadth with all that is messy, a team's account, a company's. */
export const small = (): Json => details(MESSY, USERS);
export const middle = (): Json => largeAccount(200, 50);
export const large = (): Json => largeAccount(5000);
