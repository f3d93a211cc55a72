import type { Config } from '../../config/load.ts';
import type { Claims } from '../../policy/claims.ts';
import { type Case, runCases } from '../../review/cases/trial.ts';
import type { PolicyItem } from '../../review/compare/item.ts';
import { readStrictObject } from '../../token/json.ts';

/** A request that versions of kite-sts decide side by side: as JSON, so that another version can read it. */
export type JudgedRequest = {
  readonly of: 'role' | 'registry';
  readonly name: string;
  readonly claims: Claims;
  /** Seconds since the epoch. */
  readonly at: number;
  readonly sourceAddress?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly seconds?: number | undefined;
};

/** The decision of one version on a request. */
export type Judgement =
  | {
      readonly allowed: true;
      readonly statement: string;
      readonly scopes: readonly string[];
      readonly seconds: number | null;
    }
  | { readonly allowed: false; readonly reason: string };

/** By its kind and its name: a role and a registry may be called alike. */
function findPolicy(request: JudgedRequest, config: Config): PolicyItem | undefined {
  const policies: readonly PolicyItem[] = request.of === 'role' ? config.roles : config.registries;
  return policies.find(({ name }) => name === request.name);
}

function createCase(request: JudgedRequest): Case {
  const { claims, at, sourceAddress, method, path, scopes, seconds, name } = request;
  return {
    name,
    place: { file: '', line: 0, column: 0 },
    claims,
    access: { role: name, scopes, seconds, kinds: undefined },
    method,
    path,
    context: { now: at, sourceAddress },
    expected: { deny: 'no_statement_holds' },
  };
}

/** Decides as a broker does, for claims that are taken as verified. */
export function judgeRequest(request: JudgedRequest, config: Config): Judgement {
  const policy = findPolicy(request, config);
  if (!policy) return { allowed: false, reason: 'not_there' };
  const [trial] = runCases(policy, config.rows, [createCase(request)]);
  const decision = trial?.decision;
  if (!decision) return { allowed: false, reason: 'guard_not_met' };
  if (!decision.allowed) return { allowed: false, reason: decision.reason };
  const { scopes, seconds } =
    'grant' in decision ? decision.grant : { scopes: decision.scopes, seconds: null };
  return { allowed: true, statement: decision.statement, scopes: [...scopes].sort(), seconds };
}

/** As the broker reads a token's claims, so that no name is special. Throws `JsonError`. */
export function parseRequest(line: string): JudgedRequest {
  return readStrictObject(Buffer.from(line)) as unknown as JudgedRequest;
}
