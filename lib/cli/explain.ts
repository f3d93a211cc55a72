import type { Config } from '../config/load.ts';
import { BrokerError } from '../errors.ts';
import { assumeVerified } from '../policy/assume.ts';
import type { Claims } from '../policy/claims.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { headline, remedies, explain as sentences } from '../policy/explain.ts';
import { meets } from '../policy/guard.ts';
import { askFor } from '../policy/issuer.ts';
import { didYouMean } from '../policy/nearest.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { readJsonObject } from '../token/json.ts';
import { claimsOf, takeApart } from '../token/jws.ts';
import { configOf, settingsOf } from './configuration.ts';
import { readInput } from './input.ts';
import { EXIT, Failure, type Flags, flag, seconds, type Terminal, UsageError, type Verb } from './verb.ts';

const claimsFrom = async (flags: Flags): Promise<Claims> => {
  const file = flag(flags, 'claims');
  const tokenFile = flag(flags, 'token-file');
  if ((file === undefined) === (tokenFile === undefined))
    throw new UsageError('Give either --claims FILE or --token-file FILE.');
  try {
    return file === undefined
      ? claimsOf(takeApart((await readInput(tokenFile ?? '')).toString('utf8').trim()))
      : readJsonObject(await readInput(file));
  } catch (error) {
    if (error instanceof BrokerError)
      throw new Failure(`${tokenFile}: ${error.message} ${error.detail ?? ''}\n`);
    if (error instanceof Failure) throw error;
    throw new Failure(`${file}: not a JSON object of claims: ${(error as Error).message}\n`);
  }
};

const roleNamed = (name: string | undefined, { roles, folder }: Config): Role => {
  if (name === undefined) throw new UsageError('--role is required.');
  const role = roles.find(each => each.name === name);
  if (!role)
    throw new Failure(
      `${folder} has no role "${name}".${didYouMean(
        name,
        roles.map(each => each.name),
      )}\n`,
    );
  return role;
};

type Explained = {
  readonly role: Role;
  readonly decision: Decision;
  readonly admitted: boolean;
  readonly row: IssuerRow | undefined;
};

const asJson = ({ role, decision, admitted, row }: Explained): string =>
  JSON.stringify(
    {
      role: role.name,
      allowed: decision.allowed && admitted,
      reason: admitted ? (decision.allowed ? undefined : decision.reason) : 'guard_not_met',
      statement: decision.statement,
      seconds: decision.allowed ? decision.grant.seconds : undefined,
      scopes: decision.allowed ? decision.grant.scopes : undefined,
      says: headline(role, decision),
      remedies: remedies(decision, claim => askFor(claim, row)),
      trace: decision.trace,
    },
    null,
    2,
  );

const GUARD =
  "DENIED: the claims do not meet the guard (require) of their issuer's row in broker.yml, which comes before any role.";

const asText = ({ role, decision, admitted, row }: Explained): string =>
  [
    ...(admitted ? [] : [GUARD, '', 'Were it not for the guard:', '']),
    ...sentences(role, decision, claim => askFor(claim, row)),
  ].join('\n');

const explained = async (flags: Flags, terminal: Terminal): Promise<Explained> => {
  const config = configOf(settingsOf(flags, terminal));
  const role = roleNamed(flag(flags, 'role'), config);
  const token = assumeVerified(await claimsFrom(flags), role);
  const access = {
    role: role.name,
    scopes: flag(flags, 'scope')?.split(' '),
    seconds: seconds(flags, 'expires-in'),
    kinds: undefined,
  };
  const now = Date.now() / 1000;
  const row = config.rows.get(token.issuer);
  return {
    role,
    row,
    admitted: row !== undefined && meets(row, token.claims),
    decision: decide(role, token, access, { now, sourceAddress: flag(flags, 'source-ip') }),
  };
};

export const explain: Verb = {
  summary: 'Says what a role decides for given claims, condition by condition, and what to change.',
  help: `kite-sts explain --role ROLE (--claims FILE | --token-file FILE) [options]

  --role ROLE          the role that is asked for
  --claims FILE        the claims as JSON; iss and aud may be left out
  --token-file FILE    a subject token; only decoded: signature and times are not checked here
  --scope "A B"        the scopes that are asked for
  --expires-in N       the seconds that are asked for
  --source-ip ADDRESS  the address that the request would come from
  --config FOLDER      the folder with broker.yml and roles/
  --json               the whole trace as JSON

FILE may be - for standard input. Exit code 0 when allowed, 2 when denied.

Examples:
  kite-sts explain --role deploy-web --claims claims.json
  kite-sts token --audience https://sts.acme.example | kite-sts explain --role deploy-web --token-file -
`,
  options: {
    role: { type: 'string' },
    claims: { type: 'string' },
    'token-file': { type: 'string' },
    scope: { type: 'string' },
    'expires-in': { type: 'string' },
    'source-ip': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(flags, terminal) {
    const each = await explained(flags, terminal);
    terminal.out(`${flags['json'] ? asJson(each) : asText(each)}\n`);
    return each.decision.allowed && each.admitted ? EXIT.done : EXIT.denied;
  },
};
