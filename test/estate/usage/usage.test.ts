import { describe, expect, test } from 'vitest';
import { proposeNarrower } from '../../../lib/estate/usage/proposal.ts';
import { describeUsage } from '../../../lib/estate/usage/usage.ts';
import { roleFrom } from '../../harness/policy.ts';
import { DAY, exchange, NOW, ROLE } from './exchanges.ts';

const WEB = { ...roleFrom(ROLE), name: 'web' };
const used = (exchanges: ReturnType<typeof exchange>[], days = 90) =>
  describeUsage([WEB], exchanges, { days, now: NOW });

test('what was used and what was not is told', () => {
  const all = [
    exchange(),
    exchange({ branch: 'release-2', seconds: 1200 }),
    exchange({ issued: false }),
    exchange({ days: 200 }),
  ];
  const { roles, covered } = used(all);
  expect(covered).toBe(200);
  expect(roles).toMatchObject([
    {
      issued: 2,
      denied: 1,
      last: NOW - DAY,
      statements: [
        { id: 'releases', times: 2, unusedScopes: ['write'] },
        { id: 'nightly', times: 0, unusedScopes: [] },
      ],
      branches: [
        { value: 'release-1', times: 1 },
        { value: 'release-2', times: 1 },
      ],
      seconds: { asked: 1200, max: 3600 },
    },
  ]);
});

test('a role of the log that is not there is told', () => {
  expect(used([exchange({ role: 'old' })]).strangers).toEqual(['old']);
});

const proposals = (all: ReturnType<typeof exchange>[]) => {
  const { roles } = used(all);
  const [role] = roles;
  return role ? proposeNarrower(WEB, role, all) : [];
};
const THREE = [exchange(), exchange(), exchange({ branch: 'release-2', seconds: 1200 })];

describe('T96: proposed is', () => {
  test('what came instead of a pattern, what came of a list, without scopes and statements that nobody used, and shorter sessions', () => {
    expect(proposals(THREE).map(({ edit }) => edit)).toEqual([
      { of: 'claim', index: 0, claim: 'pipeline_slug', values: ['web'] },
      { of: 'claim', index: 0, claim: 'build_branch', values: ['release-1', 'release-2'] },
      { of: 'scopes', index: 0, scopes: ['read'] },
      { of: 'statement', index: 1 },
      { of: 'length', seconds: 1200 },
    ]);
  });

  test('each with the values that stay, and how often each came', () => {
    const [, branch] = proposals(THREE);
    expect(branch?.kept).toMatchObject([
      { value: 'release-1', times: 2 },
      { value: 'release-2', times: 1 },
    ]);
  });

  test.each<[says: string, all: ReturnType<typeof exchange>[]]>([
    ['of a role that was hardly used', [exchange(), exchange()]],
    ['of exchanges that were denied', [1, 2, 3].map(() => exchange({ issued: false }))],
    ['of a role that nobody used', []],
  ])('nothing %s', (_says, all) => {
    expect(proposals(all)).toEqual([]);
  });

  test('no list of more values than one can judge, nor of what is no text', () => {
    const many = Array.from({ length: 30 }, (_, at) => exchange({ branch: `release-${at}` }));
    const odd = THREE.map(each => ({ ...each, claims: { ...each.claims, build_branch: 'a\u202eb' } }));
    for (const all of [many, odd])
      expect(
        proposals(all).filter(({ edit }) => edit.of === 'claim' && edit.claim === 'build_branch'),
      ).toEqual([]);
  });

  test('no deny, though it never struck', () => {
    expect(JSON.stringify(proposals(THREE))).not.toContain('queue_key');
  });
});
