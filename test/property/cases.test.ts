import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Role } from '../../lib/policy/role.ts';
import { parseCases } from '../../lib/review/cases/cases.ts';
import { writeFirstCases } from '../../lib/review/cases/first.ts';
import { checkCases } from '../../lib/review/cases/tested.ts';
import { anyRole } from '../harness/arbitrary.ts';
import { NoComplaints } from '../harness/complaints.ts';
import { ISSUERS, rowsFrom } from '../harness/policy.ts';

const RUNS = 50;
/** The claims of the roles are made up, so these issuers may send any. */
const ROWS = new Map(
  [...rowsFrom(ISSUERS)].map(([issuer, row]) => [issuer, { ...row, vocabulary: undefined }]),
);

/** As a file has it: no two statements of one id. */
function named({ trust, deny, ...rest }: Role): Role {
  const own = (statements: Role['trust']): Role['trust'] =>
    statements.map((each, at) => ({ ...each, id: `${each.effect}[${at}]` }));
  return { ...rest, trust: own(trust), deny: own(deny) };
}

test('a first set of cases can be read, passes, and notices what a case could, whatever the role', () => {
  let [tried, untold] = [0, 0];
  fc.assert(
    fc.property(anyRole.map(named), role => {
      const text = writeFirstCases({ policy: role, rows: ROWS });
      if (!text.includes('- name:')) return;
      const written = parseCases('first.test.yml', text, { role, issuers: ROWS }, new NoComplaints());
      const tested = { policy: role, path: 'first.test.yml', written };
      const { trials, mutation } = checkCases(tested, ROWS, { coverage: false, mutate: true });
      expect(trials.flatMap(({ differences }) => differences)).toEqual([]);
      expect(mutation?.survivors.filter(({ noticing }) => noticing.length > 0)).toEqual([]);
      tried += mutation?.tried ?? 0;
      untold += mutation?.survivors.length ?? 0;
    }),
    { numRuns: RUNS },
  );
  expect(tried).toBeGreaterThan(RUNS);
  expect(untold).toBeLessThan(tried / 10);
});
