import type { Config } from '../../config/load.ts';
import type { Claims } from '../../policy/claims.ts';
import { type Decision, decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import { decideMethod } from '../../policy/method.ts';
import type { Registry } from '../../policy/registry.ts';
import type { Role } from '../../policy/role.ts';
import { assumeMet, assumeVerified } from '../../review/assume.ts';
import { describeDemands } from '../../review/explain/demand-text.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { readClaimFlags } from '../request.ts';
import { CONFIG_OPTION, EXIT, type Flags, readAddressFlag, type Terminal, type Verb } from '../verb.ts';

type RoleHad = {
  readonly role: Role;
  readonly decision: Extract<Decision, { allowed: true }>;
  /** What is demanded of the job beside, in words. */
  readonly demands: readonly string[];
};

type RegistryUsed = {
  readonly registry: Registry;
  readonly statement: string;
  readonly methods: readonly string[];
};

/** The registries that a token of these claims can use, each with the methods that it may. */
function findUsedRegistries(
  claims: Claims,
  { registries, rows }: Config,
  sourceAddress: string | undefined,
): RegistryUsed[] {
  return registries.flatMap(registry => {
    const token = assumeVerified(claims, registry);
    const row = rows.get(token.issuer);
    if (!row || !meetsGuard(row, claims)) return [];
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
function findRolesHad(claims: Claims, { roles, rows }: Config, sourceAddress: string | undefined): RoleHad[] {
  return roles.flatMap(role => {
    const token = assumeVerified(claims, role);
    const row = rows.get(token.issuer);
    if (!row || !meetsGuard(row, claims)) return [];
    const access = { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined };
    const now = Date.now() / 1000;
    const decision = decide(role, token, access, { now, sourceAddress, job: assumeMet(role, now) });
    return decision.allowed ? [{ role, decision, demands: describeDemands(role, token.issuer) }] : [];
  });
}

function describeRoleHad({
  role: { name, description },
  decision: { statement, grant },
  demands,
}: RoleHad): string {
  return [
    `${name} by "${statement}", for ${grant.seconds} seconds`,
    grant.scopes.length > 0 && ` with ${grant.scopes.join(' ')}`,
    description && `: ${description}`,
    ...demands.map(demand => `\n  while ${demand}`),
  ]
    .filter(Boolean)
    .join('');
}

function describeRegistryUsed({ registry: { name, path }, statement, methods }: RegistryUsed): string {
  return `registry ${name} at ${path} by "${statement}": ${methods.join(' ')}`;
}

function writeWhatCanJson(all: readonly RoleHad[], registries: readonly RegistryUsed[]): string {
  return JSON.stringify(
    [
      ...all.map(({ role: { name }, decision: { statement, grant }, demands }) => ({
        role: name,
        kind: grant.target.kind,
        statement,
        seconds: grant.seconds,
        scopes: grant.scopes,
        ...(demands.length > 0 ? { demands } : {}),
      })),
      ...registries.map(({ registry: { name }, statement, methods }) => ({
        registry: name,
        statement,
        methods,
      })),
    ],
    null,
    2,
  );
}

async function tellWhatCan(flags: Flags, terminal: Terminal): Promise<number> {
  const config = openConfig(readCommandSettings(flags, terminal));
  const [claims, address] = [await readClaimFlags(flags), readAddressFlag(flags, 'source-ip')];
  const [all, registries] = [
    findRolesHad(claims, config, address),
    findUsedRegistries(claims, config, address),
  ];
  const lines = [...all.map(describeRoleHad), ...registries.map(describeRegistryUsed)];
  if (flags['json']) terminal.out(`${writeWhatCanJson(all, registries)}\n`);
  else terminal.out(lines.length > 0 ? `${lines.join('\n')}\n` : 'No role and no registry.\n');
  return lines.length > 0 ? EXIT.done : EXIT.denied;
}

export const whatCan: Verb = {
  summary: 'Says which roles a token of these claims can have, and which registries it can use.',
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
