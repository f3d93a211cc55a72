import { countSearched, MAX_SEARCHED } from '../policy/glob.ts';
import type { IssuerFacts } from '../policy/issuer.ts';
import type { Role } from '../policy/role.ts';
import type { Statement } from '../policy/statement.ts';
import type { IsScopeWithin } from '../policy/targets.ts';
import type { Complaints } from './complaint.ts';
import type { Kind } from './kinds/kind.ts';
import type { Placed } from './shape.ts';
import { compileStatementList, MAX_STATEMENTS } from './statement.ts';
import { findEntry, type MapTree, type Tree } from './tree.ts';

/** The statements of a trust policy, with where each stands. */
type PlacedStatements = {
  readonly trust: readonly Placed<Statement>[];
  readonly deny: readonly Placed<Statement>[];
};

function checkIds(statements: readonly Placed<Statement>[], whole: Tree, complaints: Complaints): void {
  const seen = new Set<string>();
  for (const statement of statements) {
    const { id } = statement.value;
    if (seen.has(id))
      complaints.at(statement).repeated('duplicate-id', 'statements of this policy have the id', id);
    seen.add(id);
  }
  const count = statements.length;
  if (count > MAX_STATEMENTS)
    complaints.at(whole).tooMany(`The policy has ${count} statements`, MAX_STATEMENTS);
}

/** A decision takes as long as the file lets it: a bound here is a bound for every token (threat T74). */
function checkCost(statements: readonly Placed<Statement>[], whole: Tree, complaints: Complaints): void {
  const searched = statements
    .flatMap(({ value }) => value.conditions)
    .filter(({ operator }) => operator === 'matches')
    .flatMap(({ operands }) => operands.map(each => countSearched(String(each))))
    .reduce((sum, each) => sum + each, 0);
  if (searched > MAX_SEARCHED)
    complaints
      .at(whole)
      .say(
        'too-many',
        `What stands between two stars in the patterns of this policy counts ${searched}; at most ${MAX_SEARCHED} is allowed, so that no decision takes long. Name values with in, or split the policy.`,
      );
}

/** Compiles what stands under `trust` and `deny` of a file, or complains of all that is wrong with it. */
export function compileStatements(
  tree: MapTree,
  issuers: ReadonlyMap<string, IssuerFacts>,
  complaints: Complaints,
): PlacedStatements {
  const under = (effect: keyof PlacedStatements): readonly Placed<Statement>[] => {
    const list = findEntry(tree, effect)?.value;
    return list ? compileStatementList(list, effect, issuers, complaints) : [];
  };
  const statements = { trust: under('trust'), deny: under('deny') };
  const all = [...statements.trust, ...statements.deny];
  checkIds(all, tree, complaints);
  checkCost(all, tree, complaints);
  return statements;
}

/** The scopes of the flat form in Buildkite's registries before there were scopes: to read and to write, not to delete. */
const FLAT_SCOPES: readonly string[] = ['read_packages', 'write_packages'];

/** Which scopes statements may have. */
type ScopeDemand = {
  /** The thing that would give everything without any, where they are required. */
  readonly of: string;
  readonly scopes: Kind<object>['scopes'];
  /** The most that one may grant, and what one without any grants; undefined where nothing is listed. */
  readonly listed: readonly string[] | undefined;
  readonly isScopeWithin?: IsScopeWithin | undefined;
};

/** The historical meaning of the flat form holds where there are such scopes. */
function findFlatScopes(demand: ScopeDemand): readonly string[] | undefined {
  return demand.scopes === 'required' && FLAT_SCOPES.every(scope => demand.listed?.includes(scope) ?? true)
    ? FLAT_SCOPES
    : undefined;
}

function findScopesFault(statement: Statement, demand: ScopeDemand): string | undefined {
  const { scopes, flat } = statement;
  const { of, listed, isScopeWithin } = demand;
  const beyond = listed && scopes?.find(scope => !(isScopeWithin?.(scope, listed) ?? listed.includes(scope)));
  if (beyond !== undefined) return `has the scope "${beyond}", which is not among the scopes under ${of}.`;
  if (demand.scopes === 'refused' && scopes)
    return `has scopes, which "${of}" does not know. Remove them: what the credential may do is said under ${of}.`;
  return demand.scopes === 'required' && !scopes && !(flat && findFlatScopes(demand))
    ? `needs scopes: without any, "${of}" would give everything.`
    : undefined;
}

/** The trust statements with the scopes that they grant. Complains of those that may have none, or need some. */
export function compileScopes(
  trust: PlacedStatements['trust'],
  demand: ScopeDemand,
  complaints: Complaints,
): readonly Statement[] {
  return trust.map(placed => {
    const { value: statement } = placed;
    const fault = findScopesFault(statement, demand);
    if (fault !== undefined) complaints.at(placed).say('scopes-refused', `${statement.id} ${fault}`);
    const fallback = (statement.flat ? findFlatScopes(demand) : undefined) ?? demand.listed;
    return fallback ? { ...statement, scopes: statement.scopes ?? fallback } : statement;
  });
}

/**
 * Reads what the policy needs of the issuers that it names. An audience of its own replaces the default, and with
 * it what an issuer's tokens may have instead.
 */
export function readIssuers(
  statements: readonly Statement[],
  issuers: ReadonlyMap<string, IssuerFacts>,
  ownAudience: boolean,
): Role['issuers'] {
  const used = [...new Set(statements.map(({ issuer }) => issuer))].sort();
  return Object.fromEntries(
    used.map(issuer => {
      const facts = issuers.get(issuer);
      return [
        issuer,
        {
          nullable: facts?.nullable ?? [],
          session: facts?.session ?? { group: 'sub', run: 'sub', job: 'sub' },
          audiences: ownAudience ? [] : (facts?.audiences ?? []),
          ...(facts?.running ? { running: true as const } : {}),
        },
      ];
    }),
  );
}
