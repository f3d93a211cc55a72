import { describe, expect, test } from 'vitest';
import { answerQuestion } from '../../../lib/review/console/answer.ts';
import { listStarts, type StartingClaims } from '../../../lib/review/console/start.ts';
import { heldOf, roleIn } from '../../harness/console.ts';
import { NOW } from '../../harness/policy.ts';

const OFFICE = `
trust:
  - iss: https://agent.buildkite.com
    id: from the office
    claims: { organization_slug: acme }
    request: { source_ip: { in: [203.0.113.0/24] } }
jwt: { audience: https://packages.test.example }
`;
const held = heldOf({ roles: [{ name: 'publish', text: OFFICE }] });
const publish = roleIn(held, 'publish');
const starts = listStarts(publish, held, NOW);

function named(label: string): StartingClaims {
  const found = starts.find(each => each.label === label);
  if (!found) throw new Error(`${label} is not offered.`);
  return found;
}

function allowed({ claims, sourceAddress = '203.0.113.7' }: StartingClaims): boolean {
  return answerQuestion(
    { claims, scopes: undefined, seconds: undefined, context: { now: NOW, sourceAddress } },
    publish,
    held,
  ).decision.allowed;
}

test('a request that a statement admits comes first, with its address', () => {
  expect(starts[0]).toMatchObject({
    label: 'from the office',
    sourceAddress: expect.stringMatching(/^203\.0\.113\./),
  });
  expect(allowed(named('from the office'))).toBe(true);
});

describe('a job of a vendor whose jobs are known', () => {
  test.each(['buildkite/push', 'buildkite/branch', 'buildkite/tag'])(
    '%s is of the organization that the role wants',
    label => {
      expect(named(label).claims).toMatchObject({ organization_slug: 'acme' });
      expect(allowed(named(label))).toBe(true);
    },
  );

  test('has what the vendor makes from the rest', () => {
    expect(named('buildkite/tag').claims['sub']).toContain('organization:acme:');
  });

  test('is not admitted where the role names no such issuer', () => {
    expect(allowed(named('github/push'))).toBe(false);
  });
});

test('of another issuer, each claim that it sends is there to be filled in', () => {
  const { claims } = named('https://0b1c2d3e.tokens.sts.global.api.aws');
  expect(claims).toMatchObject({ jti: '', exp: 0, 'https://sts.amazonaws.com/': {} });
});
