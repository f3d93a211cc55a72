import { decodeJwt } from 'jose';
import type { Config } from '../config/load.ts';
import { writeCount } from '../language/counted.ts';
import { quoteShellWord } from '../language/quote.ts';
import type { Role } from '../policy/role.ts';
import { GRANT_TYPE } from '../protocols/oauth.ts';
import { describeEvent } from './line.ts';

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt';

/** How a step would ask, as two commands joined by a pipe: the token never becomes an argument. */
export function writeExchangeCommand(base: string, job: string, role: Role): string {
  return [
    `curl -sS ${base}/local/agent/v3/jobs/${job}/oidc/tokens -H 'Authorization: Token local' \\`,
    `     -d ${quoteShellWord(JSON.stringify({ audience: role.audience }))} | cut -d'"' -f4 |`,
    `curl -sS ${base}/token --data-urlencode subject_token@- -d audience=${role.name} \\`,
    `     -d grant_type=${GRANT_TYPE} \\`,
    `     -d subject_token_type=${TOKEN_TYPE}`,
  ].join('\n');
}

type Body = { readonly [name: string]: unknown };
type Posted = { readonly ok: boolean; readonly body: Body; readonly decisionId: string };
export type ExchangedRole = Posted & { readonly role: Role };

async function postExchange(
  url: string,
  headers: { readonly [name: string]: string },
  body: string,
): Promise<Posted> {
  const response = await fetch(url, { method: 'POST', headers, body });
  return {
    ok: response.ok,
    body: (await response.json()) as Body,
    decisionId: response.headers.get('decision-id') ?? '',
  };
}

/** One exchange over HTTP with ourselves: what the printed command does. */
async function exchangeRole(base: string, job: string, role: Role): Promise<ExchangedRole> {
  const agent = `${base}/local/agent/v3/jobs/${job}/oidc/tokens`;
  const asked = JSON.stringify({ audience: role.audience });
  const minted = await postExchange(agent, { authorization: 'Token local' }, asked);
  if (!minted.ok) return { role, ...minted };
  const form = new URLSearchParams({
    grant_type: GRANT_TYPE,
    audience: role.name,
    subject_token: String(minted.body['token']),
    subject_token_type: TOKEN_TYPE,
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { role, ...(await postExchange(`${base}/token`, headers, form.toString())) };
}

function maskSecret(secret: unknown): string {
  return `${String(secret).slice(0, 4)}${'*'.repeat(12)}`;
}

type AwsMember = {
  readonly [name in 'AccessKeyId' | 'SecretAccessKey' | 'SessionToken' | 'Expiration']: string;
};

function describeCredential(body: Body): string {
  const aws = body['aws'] as AwsMember | undefined;
  if (aws)
    return `AWS keys ${maskSecret(aws.AccessKeyId)}, secret ${maskSecret(aws.SecretAccessKey)}, session token ${maskSecret(aws.SessionToken)}, until ${aws.Expiration}`;
  if (body['kind'] !== 'jwt')
    return `an access token of ${String(body['kind'])} ${maskSecret(body['access_token'])}, for ${String(body['expires_in'])} seconds`;
  const claims = decodeJwt(String(body['access_token']));
  return `a signed JWT ${maskSecret(body['access_token'])} for ${String(claims['aud'])}, sub ${String(claims['sub'])}, until ${new Date(Number(claims['exp']) * 1000).toISOString()}`;
}

function describeDecision(exchanged: ExchangedRole, audit: Body | undefined): string {
  const { ok, body } = exchanged;
  return ok
    ? `allowed by "${String(audit?.['statement'])}"`
    : `refused: ${String(body['error_description'] ?? body['message'])} (${String(body['code'] ?? 'no exchange')})`;
}

function writeTitle(role: Role): string {
  return `── ${role.name}${role.description === undefined ? '' : `: ${role.description}`}`;
}

function listStatementNames(role: Role): string {
  return role.trust.map(({ id }) => `"${id}"`).join(' or ');
}

function listOutcomeLines(each: ExchangedRole): string[] {
  if (each.ok) return [`credential  ${describeCredential(each.body)}`];
  return each.body['code'] === 'trust_not_met'
    ? [`            ${listStatementNames(each.role)} wants another job than this plain push build.`]
    : [];
}

/** Where the audit events of the transcript are, and whether it shows them whole. */
export type AuditTrail = {
  readonly find: (decisionId: string) => string | undefined;
  readonly json: boolean;
};

function writeRoleSection(base: string, job: string, each: ExchangedRole, trail: AuditTrail): string {
  const audit = trail.find(each.decisionId);
  const event = audit === undefined ? undefined : (JSON.parse(audit) as Body);
  return [
    writeTitle(each.role),
    '',
    writeExchangeCommand(base, job, each.role),
    '',
    `decision    ${describeDecision(each, event)}`,
    ...listOutcomeLines(each),
    ...(audit === undefined ? [] : [`audit       ${trail.json ? audit : describeEvent(audit)}`]),
    '',
  ].join('\n');
}

/** A role that is for jobs of other issuers alone: whose, and how to be one of them. */
function describeElsewhere(role: Role): string {
  const [first] = role.trust;
  return [
    writeTitle(role),
    '',
    `not asked   ${listStatementNames(role)} wants a job of ${first?.issuer}: only push builds of Buildkite are tried here.`,
    `            As such a job: kite-sts token --issuer ${first?.issuer} --set CLAIM=VALUE`,
    '',
  ].join('\n');
}

/** How many roles of a kind are tried for a first exchange that is allowed. */
const TRIES = 10;

async function exchangeFirstOfKind(
  base: string,
  job: string,
  roles: readonly Role[],
): Promise<ExchangedRole | undefined> {
  let refused: ExchangedRole | undefined;
  for (const role of roles.slice(0, TRIES)) {
    const each = await exchangeRole(base, job, role);
    if (each.ok) return each;
    refused ??= each;
  }
  return refused;
}

function writeTranscriptHead(config: Config, asked: boolean): string {
  const { rows, roles, registries } = config;
  return [
    `kite-sts on this laptop: ${writeCount(rows.size, 'issuer')}, ${writeCount(roles.length, 'role')}. A throwaway issuer stands in for the real ones, and nothing here buys anything real.`,
    ...registries.map(({ name, path }) => `The registry ${name} is at ${path}.`),
    ...(asked
      ? ['The broker has asked itself for a credential. Each command can be pasted into a second terminal.']
      : []),
    '',
  ].join('\n');
}

/**
 * Makes a first exchange for each kind of role with ourselves as the caller, and tells it: the request as
 * a command that can be pasted, the decision, the credential (masked), the audit event.
 */
export async function writeTranscript(
  base: string,
  job: string,
  config: Config,
  trail: AuditTrail,
): Promise<string> {
  const { roles, rows } = config;
  const ours = roles.filter(({ trust }) =>
    trust.some(({ issuer }) => rows.get(issuer)?.preset === 'buildkite'),
  );
  const asked: string[] = [];
  const others: string[] = [];
  for (const kind of new Set(roles.map(({ template }) => template.kind))) {
    const ofKind = roles.filter(({ template }) => template.kind === kind);
    const tried = ofKind.filter(role => ours.includes(role));
    const each = await exchangeFirstOfKind(base, job, tried);
    if (each) asked.push(writeRoleSection(base, job, each, trail));
    else others.push(...ofKind.slice(0, 1).map(describeElsewhere));
  }
  return [writeTranscriptHead(config, asked.length > 0), ...asked, ...others].join('\n');
}
