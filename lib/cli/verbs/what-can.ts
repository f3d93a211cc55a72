import type { Config } from '../../config/load.ts';
import type { Claims } from '../../policy/claims.ts';
import { type Decision, decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import { decideMethod } from '../../policy/method.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import { assumeMet, assumeVerified } from '../../review/assume.ts';
import type { PolicyItem } from '../../review/compare/item.ts';
import { describeDemands } from '../../review/explain/demand-text.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readClaimFlags } from '../request.ts';
import {
  CONFIG_OPTION,
  EXIT,
  type Flags,
  printResult,
  readAddressFlag,
  type Terminal,
  type Verb,
} from '../verb.ts';

type RoleHad = {
  readonly role: Role;
  readonly decision: Extract<Decision, { allowed: true }>;
  /** Demands on the job beside, in words. */
  readonly demands: readonly string[];
};

type RegistryUsed = {
  readonly registry: Registry;
  readonly statement: string;
  readonly methods: readonly string[];
};

type Address = string | undefined;

/** The claims as a token for this role or registry; undefined where their issuer's guard is not met. */
function admitToken(claims: Claims, policy: PolicyItem, config: Config) {
  const token = assumeVerified(claims, policy);
  const row = config.rows.get(token.issuer);
  return row && meetsGuard(row, claims) ? token : undefined;
}

/** The registries that a token of these claims can use, each with the methods that it may. */
function findUsedRegistries(claims: Claims, config: Config, sourceAddress: Address): RegistryUsed[] {
  return config.registries.flatMap(registry => {
    const token = admitToken(claims, registry, config);
    if (!token) return [];
    const context = { now: Date.now() / 1000, sourceAddress };
    const decided = Object.keys(registry.methods).map(
      method => [method, decideMethod(registry, token, method, context)] as const,
    );
    const methods = decided.flatMap(([method, { allowed }]) => (allowed ? [method] : []));
    const statement = decided.find(([, { allowed }]) => allowed)?.[1].statement;
    return statement === undefined ? [] : [{ registry, statement, methods }];
  });
}

/** The roles that a token of these claims gets, each decided as a broker would. */
function findRolesHad(claims: Claims, config: Config, sourceAddress: Address): RoleHad[] {
  return config.roles.flatMap(role => {
    const token = admitToken(claims, role, config);
    if (!token) return [];
    const access = { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined };
    const now = Date.now() / 1000;
    const decision = decide(role, token, access, { now, sourceAddress, job: assumeMet(role, now) });
    return decision.allowed ? [{ role, decision, demands: describeDemands(role, token.issuer) }] : [];
  });
}

function writeRoleHad(had: RoleHad): string {
  const { role, decision, demands } = had;
  const { seconds, scopes } = decision.grant;
  return [
    `${role.name} by "${decision.statement}", for ${seconds} seconds`,
    scopes.length > 0 && ` with ${scopes.join(' ')}`,
    role.description && `: ${role.description}`,
    ...demands.map(demand => `\n  while ${demand}`),
  ]
    .filter(Boolean)
    .join('');
}

function describeRoleHad(had: RoleHad): object {
  const { role, decision, demands } = had;
  const { seconds, scopes, target } = decision.grant;
  const demanded = demands.length > 0 ? { demands } : {};
  return { role: role.name, kind: target.kind, statement: decision.statement, seconds, scopes, ...demanded };
}

async function tellWhatCan(flags: Flags, terminal: Terminal): Promise<number> {
  const config = openConfig(readCommandSettings(flags, terminal));
  const [claims, address] = [await readClaimFlags(flags), readAddressFlag(flags, 'source-ip')];
  const roles = findRolesHad(claims, config, address);
  const registries = findUsedRegistries(claims, config, address);
  const used = registries.map(({ registry, ...rest }) => ({ registry: registry.name, ...rest }));
  const lines = [
    ...roles.map(writeRoleHad),
    ...registries.map(
      ({ registry: { name, path }, statement, methods }) =>
        `registry ${name} at ${path} by "${statement}": ${methods.join(' ')}`,
    ),
  ];
  const text = lines.length > 0 ? lines.join('\n') : 'No role and no registry.';
  printResult([...roles.map(describeRoleHad), ...used], () => `${text}\n`, flags, terminal);
  return lines.length > 0 ? EXIT.done : EXIT.denied;
}

export const whatCan: Verb = {
  usage: ['(--claims FILE | --token-file FILE) [options]'],
  options: {
    claims: {
      type: 'string',
      value: 'FILE',
      help: 'The claims as JSON; what is left out is absent, but for `iss` and `aud`.',
    },
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'A subject token. It is only decoded: signature and times are not checked.',
    },
    'source-ip': { type: 'string', value: 'ADDRESS', help: 'The address that the request would come from.' },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'Everything, as JSON.' },
  },
  about: `FILE may be - for standard input. Exit code 0 when there is one, 2 when there is none.`,
  examples: [
    'kite-sts what-can --claims claims.json',
    'kite-sts token --audience https://sts.acme.example | kite-sts what-can --token-file -',
  ],
  run: tellWhatCan,
};
