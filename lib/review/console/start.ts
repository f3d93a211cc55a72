import { addFollowingClaims, findFamily, type JobFamily } from '../../jobs/scenarios.ts';
import type { Claims, ClaimType, ClaimValue } from '../../policy/claims.ts';
import type { Condition } from '../../policy/condition.ts';
import type { Role } from '../../policy/role.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { findHolders } from '../compare/holders.ts';
import type { Witness } from '../space/witness.ts';
import type { PageData } from './held.ts';
import { createSearchOptions } from './sample.ts';

/** Claims that a question can start from. */
export type StartingClaims = {
  readonly group: string;
  readonly label: string;
  readonly claims: Claims;
  readonly sourceAddress?: string | undefined;
};

/** The claims of a witness as a token has them. */
export function convertWitness(witness: Witness): Claims {
  const { issuer, audience, claims } = witness;
  return {
    iss: issuer,
    aud: audience,
    ...claims,
  };
}

function listAdmittedStarts(role: Role, held: PageData, now: number): StartingClaims[] {
  return findHolders(role, held, createSearchOptions(held, now)).flatMap(({ statement, shown }) =>
    typeof shown === 'object'
      ? [
          {
            group: `Admitted by ${role.name}`,
            label: statement.id,
            claims: convertWitness(shown.witness),
            sourceAddress: shown.witness.sourceAddress,
          },
        ]
      : [],
  );
}

/** Collects the values that conditions name: that of `equals`, the first of `in`. */
function collectLiterals(conditions: readonly Condition[]): Claims {
  return Object.fromEntries(
    conditions
      .filter(
        ({ path, operator }) => typeof path === 'string' && (operator === 'equals' || operator === 'in'),
      )
      .map(({ name, operands }) => [name, operands[0] ?? null]),
  );
}

/** Collects what the guard and the first statement for this issuer want: the job that the role was written for. */
function collectWantedClaims(role: Role, row: IssuerRow): Claims {
  const first = role.trust.find(({ issuer }) => issuer === row.issuer);
  return {
    iss: row.issuer,
    aud: role.audience,
    ...collectLiterals([...row.require, ...(first?.conditions ?? [])]),
  };
}

function listJobStarts(
  role: Role,
  row: IssuerRow,
  known: { word: string; family: JobFamily },
): StartingClaims[] {
  const { word, family } = known;
  return Object.entries({ push: {}, ...family.scenarios }).map(([name, changes]) => ({
    group: `Jobs of ${row.issuer}`,
    label: `${word}/${name}`,
    claims: addFollowingClaims(family, { ...family.usual, ...collectWantedClaims(role, row), ...changes }),
  }));
}

const EMPTY: { readonly [type in ClaimType]: ClaimValue } = {
  string: '',
  number: 0,
  boolean: false,
  null: null,
  array: [],
  object: {},
};

/** A claim of each name that an issuer sends, where nothing is known of its jobs. */
function createVocabularyStart(role: Role, row: IssuerRow): StartingClaims {
  const types = Object.entries(row.vocabulary?.claims ?? {});
  const empty = types.map(([name, [type = 'null']]): [string, ClaimValue] => [name, EMPTY[type]]);
  return {
    group: 'Claims of other issuers',
    label: row.issuer,
    claims: { ...Object.fromEntries(empty), ...collectWantedClaims(role, row) },
  };
}

/** Whom the role admits, each kind of job of the issuers that are listed, and the claims of all others. */
export function listStarts(role: Role, held: PageData, now: number): StartingClaims[] {
  return [
    ...listAdmittedStarts(role, held, now),
    ...[...held.rows.values()].flatMap(row => {
      const known = findFamily(row.preset);
      return known ? listJobStarts(role, row, known) : [createVocabularyStart(role, row)];
    }),
  ];
}
