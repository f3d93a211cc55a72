import { expect, test } from 'vitest';
import { listHoldings } from '../../../lib/review/console/holdings.ts';
import { heldOf } from '../../harness/console.ts';
import { BUILDKITE, NOW, rowsFrom } from '../../harness/policy.ts';

const role = (branch: string): string => `
trust:
  - iss: ${BUILDKITE}
    claims: { organization_slug: acme, build_branch: ${branch} }
jwt: { audience: https://packages.test.example }
`;
const rows = [...rowsFrom('- preset: buildkite\n  require: { organization_slug: acme }').values()];
const held = heldOf({ rows }, { first: role('main'), second: role('next'), third: role('main') });

test.each([
  ['all that admit it', { organization_slug: 'acme', build_branch: 'main' }, ['first', 'third']],
  ['none where the guard of the issuer is not met', { organization_slug: 'else', build_branch: 'main' }, []],
  ['none of an issuer that is not listed', { iss: 'https://else.example', build_branch: 'main' }, []],
])('a caller can have %s', (_what, claims, names) => {
  const context = { now: NOW, sourceAddress: undefined };
  const found = listHoldings({ claims, scopes: undefined, seconds: undefined, context }, held);
  expect(found.map(({ name }) => name)).toEqual(names);
});
