import { describe, expect, test } from 'vitest';
import { findGuardrailChanges, type Guardrails } from '../../../lib/review/compare/guardrails.ts';

function TEAMS(web: object): Guardrails {
  return {
    teams: {
      owners: ['@acme/platform'],
      teams: { web: { owners: ['@acme/web'], roles: ['web-*'], targets: { aws: ['1', '2'] }, ...web } },
    } as Guardrails['teams'] & object,
  };
}
function LIMITS(perMinute: number): Guardrails {
  return {
    limits: {
      exchanges: { perMinute, burst: 10 },
      authorizations: { perMinute: 100, burst: 10 },
      refusals: { perMinute: 100, burst: 10 },
      identities: { perMinute: 100, burst: 10 },
      stsCalls: { perMinute: 100, burst: 10 },
    },
  };
}
function AUDIT(required: boolean, to = 'a'): Guardrails {
  return { audit: { sink: 'firehose', to, required } };
}
function INVARIANT(id: string, issuers: readonly string[], says = 'A.'): Guardrails {
  return { invariants: [{ id, says, roles: ['*'], registries: ['*'], speaksOfAll: true, issuers }] };
}

const CEILING = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }];
const PUT = [{ actions: ['s3:PutObject'], resources: ['arn:aws:s3:::a/*'] }];
const WIDE = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::*'] }];

describe('less guard is wider:', () => {
  test.each<[name: string, less: Guardrails, more: Guardrails, member: string]>([
    ['teams.yml', {}, TEAMS({}), 'teams'],
    [
      'a longer list of accounts',
      TEAMS({ targets: { aws: ['1', '2', '3'] } }),
      TEAMS({}),
      'teams.web.targets.aws',
    ],
    [
      'a kind of target',
      TEAMS({ targets: { aws: ['1', '2'], gcp: ['p'] } }),
      TEAMS({}),
      'teams.web.targets.gcp',
    ],
    ['a greatest length that is gone', TEAMS({}), TEAMS({ max_seconds: 900 }), 'teams.web.max_seconds'],
    ['a greater length', TEAMS({ max_seconds: 3600 }), TEAMS({ max_seconds: 900 }), 'teams.web.max_seconds'],
    ['a ceiling', TEAMS({}), TEAMS({ ceiling: { aws: CEILING } }), 'teams.web.ceiling'],
    [
      'an action more',
      TEAMS({ ceiling: { aws: [...CEILING, ...PUT] } }),
      TEAMS({ ceiling: { aws: CEILING } }),
      'teams.web.ceiling.aws',
    ],
    [
      'a wider resource',
      TEAMS({ ceiling: { aws: WIDE } }),
      TEAMS({ ceiling: { aws: CEILING } }),
      'teams.web.ceiling.aws',
    ],
    [
      'a kind without a bound',
      TEAMS({ ceiling: { aws: 'unbounded' } }),
      TEAMS({ ceiling: { aws: CEILING } }),
      'teams.web.ceiling.aws',
    ],
    [
      'a kind that a ceiling leaves out',
      TEAMS({ ceiling: { jobs: ['push'] } }),
      TEAMS({ ceiling: { jobs: ['push'], aws: CEILING } }),
      'teams.web.ceiling.aws',
    ],
    [
      'a higher level',
      TEAMS({ ceiling: { github: { contents: 'write' } } }),
      TEAMS({ ceiling: { github: { contents: 'read' } } }),
      'teams.web.ceiling.github',
    ],
    [
      'a permission more',
      TEAMS({ ceiling: { github: { contents: 'read', issues: 'read' } } }),
      TEAMS({ ceiling: { github: { contents: 'read' } } }),
      'teams.web.ceiling.github',
    ],
    [
      'a kind of job more',
      TEAMS({ ceiling: { jobs: ['push', 'manual'] } }),
      TEAMS({ ceiling: { jobs: ['push'] } }),
      'teams.web.ceiling.jobs',
    ],
    [
      'a service account more',
      TEAMS({ ceiling: { gcp: { scopes: ['a'], service_accounts: ['a@*', 'b'] } } }),
      TEAMS({ ceiling: { gcp: { scopes: ['a'], service_accounts: ['a@b'] } } }),
      'teams.web.ceiling.gcp.service_accounts',
    ],
    ['more roles of a team', TEAMS({ roles: ['web-*', 'api-*'] }), TEAMS({}), 'teams.web.roles'],
    ['a sentence', {}, INVARIANT('one', ['a']), 'invariants.one'],
    ['a higher limit', LIMITS(600), LIMITS(300), 'limits.exchanges.perMinute'],
    ['events that need not arrive', AUDIT(false), AUDIT(true), 'audit.required'],
    ['events that go nowhere', {}, AUDIT(true), 'audit'],
  ])('%s', (_name, less, more, member) => {
    expect(findGuardrailChanges(more, less).map(each => [each.member, each.narrower])).toEqual([
      [member, false],
    ]);
    expect(findGuardrailChanges(less, more).map(each => [each.member, each.narrower])).toEqual([
      [member, true],
    ]);
  });
});

describe('of what nobody can weigh, either way is wider:', () => {
  test.each<[name: string, before: Guardrails, after: Guardrails]>([
    ['another sentence by the same id', INVARIANT('one', ['a']), INVARIANT('one', ['b'])],
    ['events that go elsewhere', AUDIT(true), AUDIT(true, 'b')],
    ['other owners', TEAMS({}), TEAMS({ owners: ['@acme/api'] })],
  ])('%s', (_name, before, after) => {
    for (const [from, to] of [
      [before, after],
      [after, before],
    ] as const)
      expect(findGuardrailChanges(from, to).map(({ narrower }) => narrower)).toEqual([false]);
  });
});

test('another wording of a sentence is no change', () => {
  expect(findGuardrailChanges(INVARIANT('one', ['a']), INVARIANT('one', ['a'], 'B.'))).toEqual([]);
});
