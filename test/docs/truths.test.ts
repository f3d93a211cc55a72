import { describe, expect, test } from 'vitest';
import { checkCondition, OPERATORS, type Operator, type Scalar } from '../../lib/policy/condition.ts';
import { readStrictJson } from '../../lib/token/json.ts';
import { code, codes, read, rowsUnder, tables } from '../harness/markdown.ts';
import { BUILDKITE, buildkiteClaims, claims, compile, decideFor, roleFrom } from '../harness/policy.ts';

const PAGE = 'docs/reference/policy.md';
const HEADING = 'True, false, in doubt';

const [, , ...columns] = tables(read(PAGE)).find(({ header }) => header[1] === 'operand')?.header ?? [];

/** One for each operator of each cell. */
const truths = rowsUnder(PAGE, HEADING, 'claim').flatMap(([claim, operand, ...cells]) =>
  cells.flatMap((said, index) =>
    codes(columns[index]).map(operator => ({
      claim: code(claim),
      operand: code(operand),
      operator: operator as Operator,
      said,
    })),
  ),
);

describe('the table of truths', () => {
  test('has a column for every operator', () => {
    expect(new Set(truths.map(({ operator }) => operator))).toEqual(new Set(OPERATORS));
  });

  test.each(truths.filter(({ said }) => said !== 'refused'))(
    'T25, T26: $operator $operand is $said of the claim $claim',
    ({ claim, operand, operator, said }) => {
      const condition = {
        on: 'claim',
        name: 'claim',
        path: 'claim',
        operator,
        operands: [JSON.parse(operand) as Scalar],
        binds: false,
      } as const;
      const held = claims({ claim: claim === '' ? undefined : readStrictJson(claim) });
      expect(checkCondition(condition, held, undefined).truth).toBe(said.replace('in doubt', 'doubt'));
    },
  );

  test.each(truths.filter(({ said }) => said === 'refused'))(
    '$operator $operand is refused at load',
    ({ operator, operand }) => {
      const rule = `{ ${operator}: ${operand} }`;
      const { complaints } = compile(
        `trust:\n  - iss: https://plain.example\n    claims: { tenant: acme, claim: ${rule} }\n`,
      );
      expect(complaints.map(({ rule: each }) => each)).toEqual(['pattern-refused']);
    },
  );
});

const QUEUE = '{ organization_slug: my-organization, queue_key: special }';
const TRUSTING = roleFrom(`trust:\n  - iss: ${BUILDKITE}\n    claims: ${QUEUE}\n`);
const DENYING = roleFrom(
  `trust:\n  - iss: ${BUILDKITE}\n    claims: { organization_slug: my-organization }\ndeny:\n  - iss: ${BUILDKITE}\n    claims: ${QUEUE}\n`,
);
const SENT = { true: 'special', 'in doubt': undefined, false: 'default' } as const;

describe('the table of what conditions do together', () => {
  const rows = rowsUnder(PAGE, HEADING, 'conditions together');

  test('has a row for each truth', () => {
    expect(rows.map(([truth]) => truth)).toEqual(Object.keys(SENT));
  });

  test.each(rows.map(([truth, trusted, denied]) => ({ truth, trusted, denied })))(
    'T25: $truth, a trust statement $trusted and a deny statement $denied',
    ({ truth, trusted, denied }) => {
      const held = buildkiteClaims({ queue_key: SENT[truth as keyof typeof SENT] });
      expect(decideFor(TRUSTING, held).allowed).toBe(trusted === 'holds');
      expect(decideFor(DENYING, held).allowed).toBe(denied === 'does not deny');
    },
  );
});
