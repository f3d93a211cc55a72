import { type Claims, type ClaimValue, findPlainClaim } from '../policy/claims.ts';
import { writeAccess } from '../policy/registries/grammar.ts';
import type { ExchangeRecord } from '../record.ts';

/** At most so many claims, and so many characters of each, go into an event; what is left out is named. */
export const MAX_CLAIMS = 64;
export const MAX_CLAIM_LENGTH = 1024;

/**
 * Every member that an event can have: the schema is closed, so that nothing gets into the log by
 * accident. docs/reference/audit.md has a row for each, and a test holds the two together.
 */
export const MEMBERS = [
  'event',
  'time',
  'decision_id',
  'outcome',
  'code',
  'reason',
  'detail',
  'protocol',
  'source_address',
  'role',
  'registry',
  'method',
  'path',
  'query',
  'operation',
  'user',
  'statement',
  'unmet',
  'job_state',
  'build_id',
  'approval_evidence',
  'suspended',
  'policy_digest',
  'issuer',
  'subject',
  'organization',
  'organization_id',
  'pipeline',
  'pipeline_id',
  'build',
  'branch',
  'commit',
  'job',
  'job_url',
  'token_digest',
  'token_key_id',
  'token_expires_at',
  'requested',
  'provider',
  'replaced',
  'scopes',
  'access',
  'session',
  'expires_at',
  'claims',
  'claims_omitted',
  'ms',
] as const;

export type Member = (typeof MEMBERS)[number];
export type AuditEvent = { readonly [member in Member]?: unknown };

function writeIsoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

type PlainValue = string | number | boolean | null;

function isPlain(value: ClaimValue): value is PlainValue {
  return (
    value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)
  );
}

/** The claims that a changed policy can later be replayed over: scalars, as they were; and the names of the rest. */
function listScalars(claims: Claims): { readonly kept: object; readonly omitted?: readonly string[] } {
  const kept: [name: string, value: PlainValue][] = [];
  const omitted: string[] = [];
  for (const name of Object.keys(claims)) {
    const value = claims[name] as ClaimValue;
    const fits = kept.length < MAX_CLAIMS && !(typeof value === 'string' && value.length > MAX_CLAIM_LENGTH);
    if (fits && isPlain(value)) kept.push([name, value]);
    else omitted.push(name.slice(0, 128));
  }
  // Not by assignment, to which `__proto__` is no name.
  const scalars = Object.fromEntries(kept);
  return omitted.length > 0 ? { kept: scalars, omitted: omitted.slice(0, MAX_CLAIMS) } : { kept: scalars };
}

/** The link to the job, when every part of it is there. Values are encoded: a claim cannot make it another link. */
function writeLink(template: string | undefined, claims: Claims): string | undefined {
  let whole = template !== undefined;
  const url = template?.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = findPlainClaim(claims, name);
    whole &&= value !== undefined;
    return encodeURIComponent(String(value)).replaceAll('%2F', '/');
  });
  return whole && url !== undefined && url.length <= MAX_CLAIM_LENGTH ? url : undefined;
}

function readLabel(claims: Claims, name: string | undefined): string | number | undefined {
  const value = findPlainClaim(claims, name);
  return typeof value === 'string' ? value.slice(0, MAX_CLAIM_LENGTH) : value;
}

type Reached = ExchangeRecord['reached'];

/** Who asks: by the subject token, or as that was when a registry token of ours was made for it. */
type Caller = {
  readonly issuer: string;
  readonly subject: string;
  readonly organization: string | number | undefined;
  readonly organizationId: string | number | undefined;
  readonly pipeline: string | number | undefined;
  readonly pipelineId: string | number | undefined;
  readonly keyId: string;
  readonly expiresAt: number;
};

function describeCaller({ token, row, registryToken }: Reached): Caller | undefined {
  if (token) {
    const { issuer, subject, claims, keyId, expiresAt } = token;
    const { labels, pipelineId } = row ?? {};
    return {
      issuer,
      subject,
      organization: readLabel(claims, labels?.organization),
      organizationId: readLabel(claims, labels?.organizationId),
      pipeline: readLabel(claims, labels?.pipeline),
      pipelineId: readLabel(claims, pipelineId),
      keyId,
      expiresAt,
    };
  }
  if (!registryToken) return undefined;
  const { origin, holder, expiresAt } = registryToken;
  const { issuer, keyId, organization, organizationId, pipeline, pipelineId } = origin;
  return { issuer, subject: holder, organization, organizationId, pipeline, pipelineId, keyId, expiresAt };
}

/** Shorter than any token: whoever puts one where a package's name belongs does not get it into the log whole (T57). */
const MAX_PATH_LENGTH = 200;

/** The wanted use of a registry, once it is known by whom. */
function findUse({ use, token, registryToken }: Reached): Reached['use'] | undefined {
  return token || registryToken ? use : undefined;
}

/** The name of whoever unblocked the step that the role waits for, where broker.yml has one for them. */
function findUnblockerName(by: string, { snapshot }: Reached): string | undefined {
  return snapshot?.role.approval?.by.find(({ id }) => id === by)?.name;
}

/** Evidence of an approval and no proof: a token of the API can name anybody. */
function describeApproval(reached: Reached): object | undefined {
  const unblocked = reached.job?.unblocked;
  if (!unblocked) return undefined;
  const { step, by, at } = unblocked;
  return { step, by, name: findUnblockerName(by, reached), at: writeIsoTime(at) };
}

function writeMilliseconds(ms: Reached['ms']): Reached['ms'] {
  const rounded: { [step: string]: number } = {};
  for (const step of Object.keys(ms)) rounded[step] = Math.round((ms[step] ?? 0) * 1000) / 1000;
  return rounded;
}

/**
 * The audit event of one exchange or authorization, its members in the order of `MEMBERS`. Of what a caller wrote, only
 * verified claims and the request's own words.
 */
export function createAuditEvent(drawn: ExchangeRecord): AuditEvent {
  const { reached, grant } = drawn;
  const { token, row, requested, job, suspended } = reached;
  const caller = describeCaller(reached);
  const use = findUse(reached);
  const { labels } = (token && row) ?? {};
  const scalars = token && listScalars(token.claims);
  return {
    event: reached.protocol === 'registry' ? 'authorization' : 'exchange',
    time: writeIsoTime(reached.at),
    decision_id: reached.decisionId,
    outcome: drawn.outcome,
    code: drawn.code,
    reason: drawn.reason,
    detail: drawn.detail?.slice(0, MAX_CLAIM_LENGTH),
    protocol: reached.protocol,
    source_address: reached.sourceAddress,
    // A role that was asked for by its ARN has a name all the same.
    role: reached.snapshot?.role.name ?? requested?.role,
    registry: reached.registry?.registry.name,
    method: use?.method.slice(0, 20),
    path: use?.path.slice(0, MAX_PATH_LENGTH),
    query: use && use.query !== '' ? use.query.slice(0, MAX_PATH_LENGTH) : undefined,
    operation: use?.operation?.name.slice(0, MAX_PATH_LENGTH),
    user: use?.user,
    statement: drawn.statement,
    unmet:
      drawn.unmet.length > 0
        ? drawn.unmet.map(({ condition, why }) => `${condition.name} ${condition.operator}: ${why}`)
        : undefined,
    job_state: job?.state,
    build_id: job?.build,
    approval_evidence: describeApproval(reached),
    suspended: suspended && suspended.length > 0 ? suspended.join(' ') : undefined,
    policy_digest: (reached.snapshot ?? reached.registry)?.digest,
    issuer: caller?.issuer,
    subject: caller?.subject.slice(0, MAX_CLAIM_LENGTH),
    organization: caller?.organization,
    organization_id: caller?.organizationId,
    pipeline: caller?.pipeline,
    pipeline_id: caller?.pipelineId,
    build: token && readLabel(token.claims, labels?.build),
    branch: token && readLabel(token.claims, labels?.branch),
    commit: token && readLabel(token.claims, labels?.commit),
    job: token && readLabel(token.claims, labels?.job),
    job_url: token && writeLink(labels?.link, token.claims),
    token_digest: token?.digest,
    token_key_id: caller?.keyId,
    token_expires_at: caller && writeIsoTime(caller.expiresAt),
    requested: requested && {
      scopes: requested.scopes,
      seconds: requested.seconds,
      session_name: requested.sessionName,
    },
    provider: grant?.target.kind,
    replaced: drawn.replaced,
    scopes: drawn.scopes,
    access: drawn.access?.map(writeAccess),
    session: drawn.session,
    expires_at: drawn.expiresAt === undefined ? undefined : writeIsoTime(drawn.expiresAt),
    claims: scalars?.kept,
    claims_omitted: scalars?.omitted,
    ms: writeMilliseconds(reached.ms),
  };
}

const KNOWN: ReadonlySet<string> = new Set(MEMBERS);

/** Leaves out members that are not in the schema: they do not get into the log. */
function leaveOutUnknown(event: AuditEvent): AuditEvent {
  const names = Object.keys(event);
  if (names.every(name => KNOWN.has(name))) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => KNOWN.has(name)));
}

const NOT_ASCII = /[\u007f-\uffff]/;

/** One line of ASCII: every other character is escaped, so that no value can forge or hide a line (threat T66). */
export function writeAuditLine(event: AuditEvent): string {
  const line = JSON.stringify(leaveOutUnknown(event));
  if (!NOT_ASCII.test(line)) return line;
  return line.replace(/[\u007f-\uffff]/g, each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Where events go, each with its metrics on a line after it, where there are such. It is awaited before a credential
 * leaves; when it throws, nothing leaves (threat T84).
 */
export type Sink = (line: string, metrics?: string) => void | Promise<void>;
