import { expect, test } from 'vitest';
import { findHolders } from '../../../lib/review/compare/holders.ts';
import { BUILDKITE } from '../../harness/policy.ts';
import { ASKED, BOTH, ROWS, role } from './standing.ts';

test('who can have a role is told for each statement, and nobody for one that is shadowed', () => {
  const found = findHolders(
    role(`${BOTH}  - { iss: ${BUILDKITE}, organization_slug: acme, build_branch: main }\n`),
    { roles: [], rows: ROWS },
    ASKED,
  );
  expect(found.map(({ statement, shown }) => [statement.id, shown !== undefined])).toEqual([
    ['trust[0]', true],
    ['trust[2]', false],
    ['trust[1]', true],
  ]);
});
