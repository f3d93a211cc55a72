import { randomUUID } from 'node:crypto';
import { FAMILIES, findFamily } from '../jobs/scenarios.ts';
import type { Claims } from '../policy/claims.ts';
import { findRequestFlag } from '../policy/issuer.ts';
import type { TrustPolicy } from '../policy/trust.ts';
import type { IssuerRow } from '../token/issuer.ts';
import { PRESETS } from '../token/presets.ts';
import { type JobClaims, SAMPLES } from './samples.ts';

/** A job: who would sign for it, and which claims its token can have. */
export type LocalJob = { readonly issuer: string; readonly claims: JobClaims };

/** A request of `buildkite-agent oidc request-token`: the body of its call to the agent API. */
export type TokenRequest = {
  readonly audience?: string;
  readonly lifetime?: number;
  readonly claims?: readonly string[];
  readonly aws_session_tags?: readonly string[];
  readonly subject_claim?: string;
};

/** A request that Buildkite's agent API would answer with 422. */
export class Unprocessable extends Error {}

const USUAL_LIFETIME = 300;
const LONGEST_LIFETIME = 7200;
const SUBJECT_CLAIMS = [
  'organization_id',
  'pipeline_id',
  'cluster_id',
  'queue_id',
  'build_id',
  'job_id',
  'agent_id',
];

function findLiteral(
  policies: readonly Pick<TrustPolicy, 'trust'>[],
  issuer: string,
  claim: string,
): string | undefined {
  const conditions = policies.flatMap(({ trust }) =>
    trust.filter(each => each.issuer === issuer).flatMap(each => each.conditions),
  );
  const named = conditions.find(
    ({ name, operator, operands }) =>
      name === claim && (operator === 'equals' || operator === 'in') && typeof operands[0] === 'string',
  );
  return named && String(named.operands[0]);
}

/** A plain push build of the first Buildkite organization and pipeline that the policies name. */
export function createPushBuild(policies: readonly Pick<TrustPolicy, 'trust'>[], issuer: string): LocalJob {
  return {
    issuer,
    claims: {
      organization_slug: findLiteral(policies, issuer, 'organization_slug') ?? 'my-organization',
      pipeline_slug: findLiteral(policies, issuer, 'pipeline_slug') ?? 'my-pipeline',
    },
  };
}

/** Ids that a job has although nobody put them: they are in its token only when asked for. */
const BUILDKITE_IDS: JobClaims = {
  organization_id: 'f892efa9-103e-4d28-97a1-3b8616a0994d',
  pipeline_id: '0184990a-477b-4fa8-9968-496074483cee',
  build_id: '0184990a-4782-42b5-afc1-16715b10b1a0',
  cluster_id: null,
  cluster_name: null,
  queue_id: null,
  queue_key: null,
};

function isOnRequest(name: string): boolean {
  return findRequestFlag(name, PRESETS.buildkite) !== undefined;
}

function writeSessionTags(names: readonly string[], known: JobClaims): JobClaims {
  const tags = Object.fromEntries(names.map(name => [name, [String(known[name] ?? '')]]));
  return names.length === 0 ? {} : { 'https://aws.amazon.com/tags': { principal_tags: tags } };
}

/** All that a job of Buildkite can say: of the organization, as broker.yml has it, whose events are believed. */
function listKnownClaims(row: IssuerRow, job: string, claims: JobClaims): JobClaims {
  const [source] = row.events ?? [];
  const own = source ? { organization_id: source.organizationId } : {};
  // In Buildkite's own order.
  return { ...BUILDKITE_IDS, ...own, ...FAMILIES.buildkite.usual, job_id: job, ...claims };
}

/** All that a job's token can say, whatever is asked for. */
export function listJobClaims(row: IssuerRow, id: string, job: LocalJob): JobClaims {
  return row.preset === 'buildkite' ? listKnownClaims(row, id, job.claims) : job.claims;
}

function createBuildkitePayload(known: JobClaims, request: TokenRequest): JobClaims {
  const { claims: asked = [], aws_session_tags: tags = [], subject_claim: subject } = request;
  const unknown = [...asked, ...tags].find(name => !isOnRequest(name) && !Object.hasOwn(known, name));
  if (unknown !== undefined) throw new Unprocessable(`Unknown claim: ${unknown.slice(0, 64)}`);
  if (subject !== undefined && !SUBJECT_CLAIMS.includes(subject))
    throw new Unprocessable(`Invalid subject claim. Allowed: ${SUBJECT_CLAIMS.join(', ')}`);
  // `sub` is never empty: without this, all jobs of no queue would share the subject "null".
  if (subject !== undefined && typeof known[subject] !== 'string')
    throw new Unprocessable(`Invalid subject claim. This job has no ${subject}.`);
  const always = Object.fromEntries(Object.entries(known).filter(([name]) => !isOnRequest(name)));
  const names = [...asked, ...(subject === undefined ? [] : [subject])];
  const requested = Object.fromEntries(names.map(name => [name, known[name] ?? null]));
  return {
    sub: subject === undefined ? (FAMILIES.buildkite.follows(known)['sub'] ?? '') : String(known[subject]),
    aud: request.audience ?? `https://buildkite.com/${known['organization_slug']}`,
    ...always,
    ...requested,
    ...writeSessionTags(tags, known),
  };
}

function createGithubPayload(claims: JobClaims, request: TokenRequest): JobClaims {
  const known: JobClaims = { ...FAMILIES.github.usual, ...claims };
  const followed = FAMILIES.github.follows(known);
  const aud = request.audience ?? `https://github.com/${followed['repository_owner']}`;
  return { aud, ...followed, ...known };
}

/** Claims in the shape of any other vendor. */
function createUsualPayload(row: IssuerRow, jobId: string, claims: JobClaims, aud: string): JobClaims {
  const found = findFamily(row.preset);
  if (!found) {
    const sample = row.preset === undefined ? undefined : SAMPLES[row.preset];
    return { aud, ...(sample ?? { sub: jobId }), ...claims };
  }
  const known = { ...found.family.usual, ...claims } as JobClaims;
  return { aud, ...(found.family.follows(known as Claims) as JobClaims), ...known };
}

function shapePayload(row: IssuerRow, jobId: string, claims: JobClaims, request: TokenRequest): JobClaims {
  if (row.preset === 'buildkite') return createBuildkitePayload(listKnownClaims(row, jobId, claims), request);
  if (row.preset === 'github-actions') return createGithubPayload(claims, request);
  return createUsualPayload(row, jobId, claims, request.audience ?? row.issuer);
}

function chooseTokenLifetime(lifetime = 0): number {
  if (!Number.isSafeInteger(lifetime) || lifetime < 0)
    throw new Unprocessable('Requested lifetime is not a number of seconds');
  if (lifetime > LONGEST_LIFETIME)
    throw new Unprocessable(`Requested lifetime too high (requested: ${lifetime} max: ${LONGEST_LIFETIME})`);
  return lifetime === 0 ? USUAL_LIFETIME : lifetime;
}

/** The claims of a job's token, in the shape of its issuer. Throws `Unprocessable`. */
export function createPayload(
  row: IssuerRow,
  jobId: string,
  job: LocalJob,
  request: TokenRequest,
  now: number,
): JobClaims {
  const lifetime = chooseTokenLifetime(request.lifetime);
  const shaped = shapePayload(row, jobId, job.claims, request);
  const iat = Math.floor(now);
  return { ...shaped, iss: row.issuer, iat, nbf: iat, exp: iat + lifetime, jti: randomUUID() };
}
