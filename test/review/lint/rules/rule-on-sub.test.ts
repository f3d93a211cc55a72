import { expect, test } from 'vitest';
import { ruleOnSub } from '../../../../lib/review/lint/rules/rule-on-sub.ts';
import { denying, foundInRole, trusting } from '../../../harness/lint.ts';
import { GITHUB } from '../../../harness/policy.ts';

test.each([
  ['a trust statement', trusting('organization_slug: acme, sub: { matches: "organization:acme:*" }')],
  ['a deny statement', denying('organization_slug: acme', 'sub: { matches: "*:step:test" }')],
  ['GitHub', trusting('repository: acme/web, sub: "repo:acme/web:ref:refs/heads/main"', { iss: GITHUB })],
])('T24: finds sub in %s', (_name, role) => {
  expect(foundInRole(ruleOnSub, role)).toEqual(['sub']);
});

test.each([
  ['Google', trusting('sub: "102023896904281105569"', { iss: 'https://accounts.google.com' })],
  [
    'AWS',
    trusting('sub: arn:aws:iam::210987654321:role/p', { iss: 'https://0b1c2d3e.tokens.sts.global.api.aws' }),
  ],
  [
    'a plain issuer',
    trusting('tenant: acme, sub: "system:serviceaccount:ci:deployer"', { iss: 'https://plain.example' }),
  ],
])('leaves sub of %s alone, where it is the whole name', (_name, role) => {
  expect(foundInRole(ruleOnSub, role)).toEqual([]);
});
