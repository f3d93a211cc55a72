import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInRange, readAddress, readRange } from '../../../../lib/policy/cidr.ts';
import type { Claims, ClaimValue } from '../../../../lib/policy/claims.ts';
import { importAws } from '../../../../lib/review/author/import/aws.ts';
import {
  type ImportedPolicy,
  listNotes,
  writeImportedRole,
} from '../../../../lib/review/author/import/imported.ts';
import { judgeCondition, type KeyLookup } from '../../../../lib/review/targets/condition.ts';
import { readTrustStatements, type TrustStatement } from '../../../../lib/review/targets/trust.ts';
import { buildkiteClaims, claims, compile, decideFor } from '../../../harness/policy.ts';

const PRINCIPAL = { Federated: 'arn:aws:iam::123456789012:oidc-provider/agent.buildkite.com' };
const ACME = { 'aws:RequestTag/organization_slug': 'acme' };

type Written = { readonly [member: string]: unknown };
function allow(Condition: object, others: object = {}): Written {
  return {
    Effect: 'Allow',
    Principal: PRINCIPAL,
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition,
    ...others,
  };
}
function deny(Condition: object, others: object = {}): Written {
  return allow(Condition, { Effect: 'Deny', ...others });
}

function statementsIn(written: readonly Written[]): TrustStatement[] {
  return readTrustStatements(JSON.parse(JSON.stringify({ Statement: written })));
}
function imported(...written: Written[]): ImportedPolicy {
  return importAws({ statements: statementsIn(written) });
}
function lost(of: ImportedPolicy): number {
  return listNotes(of).filter(({ exact }) => !exact).length;
}
/** A policy that stands alone does not tell its ARN, which is a loss of its own. */
const NO_ARN = 1;

test('a rule that two statements share stands in both, since a role file has no anchors', () => {
  const made = imported(
    allow({
      StringEquals: { 'aws:RequestTag/build_branch': ['main', 'next'] },
      StringLike: {
        'agent.buildkite.com:sub': [
          'organization:acme:pipeline:web:*',
          'organization:acme:pipeline:web:ref:refs/tags/*:commit:*:step:deploy',
        ],
      },
    }),
  );
  const { role, complaints } = compile(writeImportedRole({ ...made, roleArn: undefined }));
  expect(complaints).toEqual([]);
  expect(role?.trust.map(({ conditions }) => conditions.some(({ name }) => name === 'build_branch'))).toEqual(
    [true, true],
  );
});

describe('carried over as it is:', () => {
  test.each<[name: string, condition: object, draft: object]>([
    [
      'request tags, which are claims',
      { StringEquals: { ...ACME, 'aws:RequestTag/build_branch': ['main', 'next'] } },
      { claims: { organization_slug: { equals: 'acme' }, build_branch: { in: ['main', 'next'] } } },
    ],
    [
      'a tag that is a number in the token',
      { StringEquals: { ...ACME, 'aws:RequestTag/build_number': '7' } },
      { claims: { organization_slug: { equals: 'acme' }, build_number: { equals: 7 } } },
    ],
    [
      'an empty tag, which is null in the token',
      { StringEquals: { ...ACME, 'aws:RequestTag/build_tag': '' } },
      { claims: { organization_slug: { equals: 'acme' }, build_tag: { equals: null } } },
    ],
    [
      'P24: what sub names, instead of it',
      { StringLike: { 'agent.buildkite.com:sub': 'organization:acme:pipeline:web:**' } },
      { claims: { organization_slug: { equals: 'acme' }, pipeline_slug: { equals: 'web' } } },
    ],
    [
      'the audience, by what takes its place',
      { StringEquals: { ...ACME, 'agent.buildkite.com:aud': 'sts.amazonaws.com' } },
      { claims: { organization_slug: { equals: 'acme' } } },
    ],
    [
      'addresses',
      { StringEquals: ACME, IpAddress: { 'aws:SourceIp': ['192.0.2.1', '198.51.100.0/24'] } },
      {
        claims: { organization_slug: { equals: 'acme' } },
        request: { source_ip: { in: ['192.0.2.1', '198.51.100.0/24'] } },
      },
    ],
    [
      'two operators on one claim',
      {
        StringEquals: ACME,
        StringLike: { 'aws:RequestTag/build_branch': 'release/*' },
        'ForAnyValue:StringEquals': { 'aws:RequestTag/BUILD_BRANCH': ['release/1', 'release/2'] },
      },
      {
        claims: {
          organization_slug: { equals: 'acme' },
          build_branch: { matches: 'release/*', in: ['release/1', 'release/2'] },
        },
      },
    ],
  ])('%s', (_name, condition, draft) => {
    const made = imported(allow(condition));
    expect(made.trust[0]?.draft).toMatchObject(draft);
    expect(made.trust[0]?.draft?.claims).toEqual((draft as { claims: object }).claims);
    expect(lost(made)).toBe(NO_ARN);
  });
});

describe('carried over narrower, and said so:', () => {
  test.each<[name: string, condition: object, claim: string, rule: object]>([
    [
      'a condition that an absent key meets',
      { StringEquals: ACME, StringEqualsIfExists: { 'aws:RequestTag/queue_key': 'deploys' } },
      'queue_key',
      { equals: 'deploys' },
    ],
    [
      'a negation, which an absent key meets',
      { StringEquals: ACME, StringNotEquals: { 'aws:RequestTag/build_source': ['ui', 'api'] } },
      'build_source',
      { not_in: ['ui', 'api'] },
    ],
    [
      'an operator that folds case',
      { StringEquals: ACME, StringEqualsIgnoreCase: { 'aws:RequestTag/build_branch': 'main' } },
      'build_branch',
      { equals: 'main' },
    ],
    [
      'a pattern that an empty tag meets',
      { StringEquals: ACME, StringLike: { 'aws:RequestTag/build_tag': '*' } },
      'build_tag',
      { matches: '*' },
    ],
  ])('%s', (_name, condition, claim, rule) => {
    const made = imported(allow(condition));
    expect(made.trust[0]?.draft?.claims[claim]).toEqual(rule);
    expect(lost(made)).toBe(NO_ARN + 1);
  });
});

describe('left out, as it cannot be said:', () => {
  test.each<[name: string, statement: Written]>([
    ['nobody in particular', allow({})],
    [
      'an organization whose name may go on',
      allow({ StringLike: { 'agent.buildkite.com:sub': 'organization:acme*' } }),
    ],
    [
      'an operator that folds case, negated',
      allow({ StringEquals: ACME, StringNotEqualsIgnoreCase: { 'aws:RequestTag/build_branch': 'main' } }),
    ],
    [
      'a pattern negated',
      allow({ StringEquals: ACME, StringNotLike: { 'aws:RequestTag/build_branch': 'x*' } }),
    ],
    ['a key of something else', allow({ StringEquals: { ...ACME, 'aws:PrincipalOrgID': 'o-1' } })],
    ['a tag that is no claim', allow({ StringEquals: { ...ACME, 'aws:RequestTag/team': 'web' } })],
    [
      'a variable of IAM',
      allow({ StringEquals: { ...ACME, 'aws:RequestTag/build_branch': '${aws:username}' } }),
    ],
    [
      'a pattern with what ours refuse',
      allow({ StringLike: { ...ACME, 'aws:RequestTag/build_branch': 'a[b*' } }),
    ],
    [
      'a pattern on a number',
      allow({ StringEquals: ACME, StringLike: { 'aws:RequestTag/build_number': '1*' } }),
    ],
    ['a number that is none', allow({ StringEquals: { ...ACME, 'aws:RequestTag/build_number': '07' } })],
    [
      'an audience negated',
      allow({ StringEquals: ACME, StringNotEquals: { 'agent.buildkite.com:aud': 'x' } }),
    ],
    ['a range with host bits', allow({ StringEquals: ACME, IpAddress: { 'aws:SourceIp': '192.0.2.1/24' } })],
    ['another principal', allow({ StringEquals: ACME }, { Principal: { AWS: '123456789012' } })],
    [
      'all principals but one',
      { ...allow({ StringEquals: ACME }), Principal: undefined, NotPrincipal: PRINCIPAL },
    ],
    [
      'a tag that no other issuer sends',
      allow(
        { StringEquals: ACME },
        { Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/ci.example' } },
      ),
    ],
    [
      'one operator twice on one claim',
      allow({
        StringEquals: { ...ACME, 'aws:RequestTag/build_branch': 'a' },
        'ForAnyValue:StringEquals': { 'aws:RequestTag/build_branch': 'b' },
      }),
    ],
  ])('%s', (_name, statement) => {
    const made = imported(statement);
    expect(made.trust.map(({ draft }) => draft)).toEqual([undefined]);
    expect(lost(made)).toBeGreaterThan(NO_ARN);
  });
});

function federated(host: string): object {
  return { Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` } };
}
const GITHUB = 'token.actions.githubusercontent.com';
const WEB = { [`${GITHUB}:sub`]: 'repo:acme@65/web@74:*' };
const ON_WEB = {
  repository_owner: { equals: 'acme' },
  repository_owner_id: { equals: '65' },
  repository: { equals: 'acme/web' },
  repository_id: { equals: '74' },
};
const CIRCLE = 'oidc.circleci.com/org/0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const BUCKET = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const UUID = '1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e';

describe('as people have it, of other issuers:', () => {
  test.each<[name: string, host: string, condition: object, claims: object]>([
    ['R8: ids in the sub of GitHub', GITHUB, { StringLike: WEB }, ON_WEB],
    [
      'R8: GitLab',
      'gitlab.com',
      { StringEquals: { 'gitlab.com:sub': 'project_path:acme/web:ref_type:branch:ref:main' } },
      { project_path: { equals: 'acme/web' }, ref_type: { equals: 'branch' }, ref: { equals: 'main' } },
    ],
    [
      'R8: Bitbucket',
      BUCKET,
      { StringLike: { [`${BUCKET}:sub`]: `{${UUID}}:*` } },
      { repositoryUuid: { equals: `{${UUID}}` } },
    ],
    [
      'R9: an issuer without a preset',
      'oidc.eks.eu-central-1.amazonaws.com/id/AB12',
      {
        StringEquals: {
          'oidc.eks.eu-central-1.amazonaws.com/id/AB12:sub': 'system:serviceaccount:web:deploy',
        },
      },
      { sub: { equals: 'system:serviceaccount:web:deploy' } },
    ],
    [
      'R10: all values of the audience, and iss beside it',
      GITHUB,
      {
        'ForAllValues:StringEquals': {
          [`${GITHUB}:aud`]: 'sts.amazonaws.com',
          [`${GITHUB}:iss`]: `http://${GITHUB}`,
        },
        StringLike: WEB,
      },
      ON_WEB,
    ],
    [
      'R11: CircleCI with an audience alone',
      CIRCLE,
      { StringEquals: { [`${CIRCLE}:aud`]: '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d' } },
      { 'oidc.circleci.com/org-id': { equals: '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d' } },
    ],
    [
      'R11: Bitbucket with an audience alone',
      BUCKET,
      { StringEquals: { [`${BUCKET}:aud`]: `ari:cloud:bitbucket::workspace/${UUID}` } },
      { workspaceUuid: { equals: `{${UUID}}` } },
    ],
    [
      'a claim that IAM has a key for',
      GITHUB,
      { StringLike: WEB, StringEquals: { [`${GITHUB}:job_workflow_ref`]: 'acme/ci/x.yml@refs/heads/main' } },
      { ...ON_WEB, job_workflow_ref: { equals: 'acme/ci/x.yml@refs/heads/main' } },
    ],
    [
      'what each caller of IAM chooses or has',
      GITHUB,
      {
        StringLike: { ...WEB, 'sts:RoleSessionName': 'ci-*' },
        Bool: { 'aws:SecureTransport': 'true' },
        Null: { [`${GITHUB}:sub`]: 'false' },
      },
      ON_WEB,
    ],
    [
      'a claim that IAM never knows, which is not to be something',
      GITHUB,
      { StringLike: WEB, StringNotEquals: { [`${GITHUB}:event_name`]: 'pull_request' } },
      ON_WEB,
    ],
  ])('%s', (_name, host, condition, drafted) => {
    const made = imported(allow(condition, federated(host)));
    expect(made.trust.map(({ draft }) => draft?.claims)).toEqual([drafted]);
    expect(lost(made)).toBe(NO_ARN);
  });

  test('R11: Google by its name, whose aud is azp to IAM', () => {
    const condition = { StringEquals: { 'accounts.google.com:aud': '1', 'accounts.google.com:sub': '1' } };
    const made = imported(allow(condition, { Principal: { Federated: 'accounts.google.com' } }));
    expect(made.trust[0]?.draft?.claims).toEqual({ azp: { equals: '1' }, sub: { equals: '1' } });
  });

  test('R9: the row that broker.yml needs is told', () => {
    const made = imported(allow({ StringEquals: { 'ci.example:sub': 'a' } }, federated('ci.example')));
    expect(made.trust[0]?.notes.map(({ says }) => says).join()).toContain('bind: [sub]');
  });
});

describe('nobody could have it by IAM, and so it is said:', () => {
  test.each<[name: string, condition: object]>([
    [
      'R2: a claim that IAM has no key for',
      { StringLike: WEB, StringEquals: { [`${GITHUB}:event_name`]: 'push' } },
    ],
    ['R2: the issuer', { StringLike: WEB, StringEquals: { [`${GITHUB}:iss`]: `https://${GITHUB}` } }],
    [
      'R2: a session tag, which GitHub has not',
      { StringLike: WEB, StringEquals: { 'aws:RequestTag/ref': 'refs/heads/main' } },
    ],
    ['R12: a star under StringEquals', { StringEquals: { [`${GITHUB}:sub`]: 'repo:acme/web:*' } }],
    ['R12: a star for an audience', { StringLike: WEB, StringEquals: { [`${GITHUB}:aud`]: '*' } }],
    ['a sub that must be absent', { StringLike: WEB, Null: { [`${GITHUB}:sub`]: 'true' } }],
  ])('%s', (_name, condition) => {
    const made = imported(allow(condition, federated(GITHUB)));
    expect(made.trust.map(({ draft }) => draft)).toEqual([undefined]);
    expect(made.trust[0]?.notes.map(({ says }) => says).join()).toContain('nobody could have it by IAM');
  });

  test('R12: one of several is left out, and the others are not', () => {
    const sub = ['repo:acme/web:*', 'repo:acme/web:environment:prod'];
    const made = imported(allow({ StringEquals: { [`${GITHUB}:sub`]: sub } }, federated(GITHUB)));
    expect(made.trust[0]?.draft?.claims['sub']).toEqual({ equals: sub[1] });
    expect(lost(made)).toBe(NO_ARN + 1);
  });

  test('a ref that Buildkite never writes', () => {
    const made = imported(
      allow({ StringLike: { 'agent.buildkite.com:sub': 'organization:acme:pipeline:web:ref:main:*' } }),
    );
    expect(made.trust[0]?.notes.map(({ says }) => says).join()).toContain('ref:refs/heads/main');
  });
});

test('R8: what several subjects name in several ways is several statements', () => {
  const sub = ['organization:acme:pipeline:web:*', 'organization:acme:pipeline:api:ref:refs/heads/main:*'];
  const { trust } = imported(allow({ StringLike: { 'agent.buildkite.com:sub': sub } }, { Sid: 'Both' }));
  expect(
    trust.map(({ draft }) => [draft?.id, draft?.claims['pipeline_slug'], draft?.claims['build_branch']]),
  ).toEqual([
    [undefined, { equals: 'web' }, undefined],
    [undefined, { equals: 'api' }, { equals: 'main' }],
  ]);
});

test('a Deny on sub holds against a job that chooses another one: sub stays', () => {
  const sub = { 'agent.buildkite.com:sub': 'organization:acme:pipeline:web:*' };
  const made = imported(
    allow({ StringLike: sub }),
    deny({ StringLike: { 'agent.buildkite.com:sub': '*:ref:refs/heads/x:*' } }),
  );
  expect(Object.keys(made.trust[0]?.draft?.claims ?? {})).toContain('sub');
});

test('an audience alone, where the issuer has many customers, is told as what it is', () => {
  const made = imported(
    allow({ StringEquals: { [`${GITHUB}:aud`]: 'sts.amazonaws.com' } }, federated(GITHUB)),
  );
  expect(made.trust[0]?.notes.map(({ says }) => says).join()).toContain('no claim');
});

test('a principal that another tool fills in is told how to have', () => {
  const made = imported(allow({}, { Principal: { Federated: '${GithubProvider}' } }));
  expect(made.trust[0]?.notes.map(({ says }) => says).join()).toContain('aws iam get-role');
});

describe('a Deny', () => {
  test.each<[name: string, statement: Written, denied: object]>([
    [
      'of the issuer',
      deny({ StringEquals: { 'aws:RequestTag/build_source': 'ui' } }),
      { build_source: { equals: 'ui' } },
    ],
    [
      'of everyone',
      deny({ StringLike: { 'aws:RequestTag/build_branch': 'x*' } }, { Principal: '*' }),
      { build_branch: { matches: 'x*' } },
    ],
  ])('%s stands under deny, and binds nobody further', (_name, statement, denied) => {
    const { trust, deny: struck } = imported(allow({ StringEquals: ACME }), statement);
    expect(trust[0]?.draft).toBeDefined();
    expect(struck.map(({ draft }) => draft?.claims)).toEqual([denied]);
  });

  test.each<[name: string, statement: Written]>([
    ['that cannot be said', deny({ StringEqualsIgnoreCase: { 'aws:RequestTag/build_source': 'ui' } })],
    ['of all', deny({})],
    ['of all but some', { ...deny({ StringEquals: ACME }), Principal: undefined, NotPrincipal: PRINCIPAL }],
    ['by a pattern that null would meet', deny({ StringLike: { 'aws:RequestTag/build_tag': '*' } })],
  ])('%s leaves nobody in', (_name, statement) => {
    const made = imported(allow({ StringEquals: ACME }), statement);
    expect(made.trust.map(({ draft }) => draft)).toEqual([undefined]);
    expect(compile(writeImportedRole(made)).role).toBeUndefined();
  });

  test('of other principals is no matter of a token', () => {
    const made = imported(allow({ StringEquals: ACME }), deny({}, { Principal: { AWS: '123456789012' } }));
    expect([made.trust[0]?.draft, made.deny]).toEqual([expect.any(Object), []]);
  });
});

/** What IAM knows of a request with this token and all of its claims as session tags. */
function keysOf(token: Claims): KeyLookup {
  return key => {
    if (key === 'agent.buildkite.com:aud') return { values: ['sts.amazonaws.com'] };
    const name = key.replace(/^(aws:requesttag\/|agent\.buildkite\.com:)/, '');
    const value: ClaimValue | undefined = token[name];
    return { values: value === undefined ? [] : [value === null ? '' : String(value)] };
  };
}

type Scene = { readonly token: Claims; readonly from: string | undefined };

function holds(statement: TrustStatement, { token, from }: Scene): boolean {
  return statement.conditions.every(condition => {
    if (!condition.operator.endsWith('IpAddress')) return judgeCondition(condition, keysOf(token)) === 'true';
    const within = condition.operands.some(each => {
      const [one, all] = [from === undefined ? undefined : readAddress(from), readRange(each)];
      return one && all && isInRange(one, all);
    });
    return within === (condition.operator === 'IpAddress') && from !== undefined;
  });
}

function admits(statements: readonly TrustStatement[], scene: Scene): boolean {
  const struck = statements.filter(each => holds(each, scene)).map(({ effect }) => effect);
  return struck.includes('Allow') && !struck.includes('Deny');
}

function tag(name: string) {
  return `aws:RequestTag/${name}`;
}
const operand = fc.constantFrom('main', 'm*', '*', '', 'next', '7', '?ain', 'v*', 'a[b');
const key = fc.constantFrom(
  ...['build_branch', 'build_tag', 'build_number', 'queue_key', 'build_source'].map(tag),
);
const operator = fc
  .tuple(
    fc.constantFrom('', '', '', 'ForAnyValue:', 'ForAllValues:'),
    fc.constantFrom(
      'StringEquals',
      'StringEquals',
      'StringLike',
      'StringNotEquals',
      'StringNotLike',
      'StringEqualsIgnoreCase',
    ),
    fc.constantFrom('', '', '', 'IfExists'),
  )
  .map(parts => parts.join(''));
const condition = fc.tuple(operator, key, fc.array(operand, { minLength: 1, maxLength: 2 }));
const BOUND = [
  ['StringEquals', tag('organization_slug'), ['acme']],
  ['StringLike', 'agent.buildkite.com:sub', ['organization:acme:pipeline:web:*']],
  ['StringLike', 'agent.buildkite.com:sub', ['organization:acme*']],
  ['StringEquals', tag('organization_slug'), ['acme', 'evil']],
] as const;

function conditionsOf(all: readonly (readonly [string, string, readonly string[]])[]): object {
  const made: { [operator: string]: { [key: string]: readonly string[] } } = {};
  for (const [name, on, operands] of all) made[name] = { ...made[name], [on]: operands };
  return made;
}

const ALLOWED = fc
  .tuple(
    fc.constantFrom(...BOUND),
    fc.array(condition, { maxLength: 2 }),
    fc.constantFrom(undefined, '203.0.113.0/24'),
  )
  .map(([bound, others, from]) =>
    allow({ ...conditionsOf([bound, ...others]), ...(from ? { IpAddress: { 'aws:SourceIp': from } } : {}) }),
  );
const DENIED = fc.array(condition, { minLength: 1, maxLength: 2 }).map(all => deny(conditionsOf(all)));

const SCENE = fc
  .record({
    organization_slug: fc.constantFrom('acme', 'acme', 'acme', 'evil', 'acme-evil'),
    pipeline_slug: fc.constantFrom('web', 'web', 'api'),
    build_branch: fc.constantFrom('main', 'main', 'next', 'v1', ''),
    build_tag: fc.constantFrom(null, 'v1', 'main'),
    build_number: fc.constantFrom(7, 8),
    queue_key: fc.constantFrom(undefined, null, 'main', 'next'),
    build_source: fc.constantFrom('main', 'webhook'),
    own: fc.constantFrom(undefined, undefined, undefined, '01945ecf-80f0-41e8-9b83-a2970a9305a1'),
    from: fc.constantFrom('203.0.113.7', '203.0.113.7', '198.51.100.7', undefined),
  })
  .map(({ own, from, ...said }): Scene => {
    const { organization_slug, pipeline_slug, build_branch } = said;
    const sub =
      own ??
      `organization:${organization_slug}:pipeline:${pipeline_slug}:ref:refs/heads/${build_branch}:commit:0:step:`;
    return { token: claims({ ...buildkiteClaims(), ...said, sub }), from };
  });

/** The tokens that the same job could have had: it chooses what its `sub` is. */
function choices({ token, from }: Scene): Scene[] {
  const { organization_slug, pipeline_slug, build_branch } = token;
  const sub = `organization:${organization_slug}:pipeline:${pipeline_slug}:ref:refs/heads/${build_branch}:commit:0:step:`;
  return [
    { token, from },
    { token: claims({ ...token, sub }), from },
  ];
}

test('whoever the imported role admits, the policy admits; and where nothing was lost, the other way round', () => {
  const seen = { admitted: 0, refused: 0, exact: 0 };
  fc.assert(
    fc.property(
      fc.array(ALLOWED, { minLength: 1, maxLength: 2 }),
      fc.oneof(fc.constant([]), fc.constant([]), fc.array(DENIED, { minLength: 1, maxLength: 1 })),
      fc.array(SCENE, { minLength: 12, maxLength: 12 }),
      (allows, denies, scenes) => {
        const statements = statementsIn([...allows, ...denies]);
        const made = importAws({ statements });
        const { role } = compile(writeImportedRole(made));
        expect(role !== undefined).toBe(made.trust.some(({ draft }) => draft));
        const faithful = denies.length === 0 && lost(made) === NO_ARN;
        for (const scene of scenes) {
          const ours =
            role && decideFor(role, scene.token, { context: { sourceAddress: scene.from } }).allowed;
          const theirs = choices(scene).some(each => admits(statements, each));
          seen[ours ? 'admitted' : 'refused']++;
          if (ours) expect(theirs).toBe(true);
          if (faithful && admits(statements, scene)) expect(ours).toBe(true);
          if (faithful && theirs) seen.exact++;
        }
      },
    ),
    { numRuns: 150 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(10);
});
