import { type Claims, type ClaimValue, findPlainClaim } from '../policy/claims.ts';
import { writeAccess } from '../policy/registries/grammar.ts';
import type { ExchangeRecord } from '../record.ts';
import type { Labels } from '../token/presets.ts';

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

/** The claims that a changed policy can later be replayed over: scalars, as they were. */
function listScalars(claims: Claims): {
  claims: { [name: string]: PlainValue };
  claims_omitted?: readonly string[];
} {
  const kept: { [name: string]: PlainValue } = Object.create(null);
  const omitted: string[] = [];
  let count = 0;
  for (const [name, value] of Object.entries(claims)) {
    const fits = count < MAX_CLAIMS && !(typeof value === 'string' && value.length > MAX_CLAIM_LENGTH);
    if (fits && isPlain(value)) {
      kept[name] = value;
      count++;
    } else omitted.push(name.slice(0, 128));
  }
  return { claims: kept, ...(omitted.length > 0 ? { claims_omitted: omitted.slice(0, MAX_CLAIMS) } : {}) };
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

function writeRun(labels: Labels, claims: Claims): AuditEvent {
  return {
    organization: readLabel(claims, labels.organization),
    organization_id: readLabel(claims, labels.organizationId),
    pipeline: readLabel(claims, labels.pipeline),
    build: readLabel(claims, labels.build),
    branch: readLabel(claims, labels.branch),
    commit: readLabel(claims, labels.commit),
    job: readLabel(claims, labels.job),
    job_url: writeLink(labels.link, claims),
  };
}

/** Whose it is that a registry token of ours was made for. */
function listHolderMembers(record: ExchangeRecord): AuditEvent {
  const {
    reached: { registryToken },
  } = record;
  if (!registryToken) return {};
  const { origin, holder, expiresAt } = registryToken;
  return {
    issuer: origin.issuer,
    subject: holder.slice(0, MAX_CLAIM_LENGTH),
    organization: origin.organization,
    organization_id: origin.organizationId,
    pipeline: origin.pipeline,
    pipeline_id: origin.pipelineId,
    token_key_id: origin.keyId,
    token_expires_at: writeIsoTime(expiresAt),
  };
}

function listTokenMembers(drawn: ExchangeRecord): AuditEvent {
  const { token, row } = drawn.reached;
  if (!token) return listHolderMembers(drawn);
  return {
    issuer: token.issuer,
    subject: token.subject.slice(0, MAX_CLAIM_LENGTH),
    ...writeRun(row?.labels ?? {}, token.claims),
    pipeline_id: readLabel(token.claims, row?.pipelineId),
    token_digest: token.digest,
    token_key_id: token.keyId,
    token_expires_at: writeIsoTime(token.expiresAt),
    ...listScalars(token.claims),
  };
}

/** Shorter than any token: whoever puts one where a package's name belongs does not get it into the log whole (T57). */
const MAX_PATH_LENGTH = 200;

/** What was to be done with a registry, once it is known by whom. */
function listUseMembers(record: ExchangeRecord): AuditEvent {
  const {
    reached: { use, registry, token, registryToken },
  } = record;
  return {
    registry: registry?.registry.name,
    ...(use && (token || registryToken)
      ? {
          method: use.method.slice(0, 20),
          path: use.path.slice(0, MAX_PATH_LENGTH),
          query: use.query === '' ? undefined : use.query.slice(0, MAX_PATH_LENGTH),
          operation: use.operation?.name.slice(0, MAX_PATH_LENGTH),
          user: use.user,
        }
      : {}),
  };
}

/** The name of whoever unblocked the step that the role waits for, where broker.yml has one for them. */
function nameOf(by: string, record: ExchangeRecord): string | undefined {
  const {
    reached: { snapshot },
  } = record;
  return snapshot?.role.approval?.by.find(each => each.id === by)?.name;
}

/** What was known of the job, where the role asks. Evidence of an approval and no proof: a token of the API can name anybody. */
function jobMembers(drawn: ExchangeRecord): AuditEvent {
  const { job, suspended = [] } = drawn.reached;
  const { unblocked } = job ?? {};
  return {
    job_state: job?.state,
    build_id: job?.build,
    approval_evidence: unblocked && {
      step: unblocked.step,
      by: unblocked.by,
      name: nameOf(unblocked.by, drawn),
      at: writeIsoTime(unblocked.at),
    },
    suspended: suspended.length > 0 ? suspended.join(' ') : undefined,
  };
}

/** The audit event of one exchange or authorization. Of what a caller wrote, only verified claims and the request's own words. */
export function createAuditEvent(drawn: ExchangeRecord): AuditEvent {
  const { reached, grant } = drawn;
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
    role: reached.snapshot?.role.name ?? reached.requested?.role,
    ...listUseMembers(drawn),
    statement: drawn.statement,
    unmet:
      drawn.unmet.length > 0
        ? drawn.unmet.map(({ condition, why }) => `${condition.name} ${condition.operator}: ${why}`)
        : undefined,
    ...jobMembers(drawn),
    policy_digest: (reached.snapshot ?? reached.registry)?.digest,
    requested: reached.requested && {
      scopes: reached.requested.scopes,
      seconds: reached.requested.seconds,
      session_name: reached.requested.sessionName,
    },
    provider: grant?.target.kind,
    replaced: drawn.replaced,
    scopes: drawn.scopes,
    access: drawn.access?.map(writeAccess),
    session: drawn.session,
    expires_at: drawn.expiresAt === undefined ? undefined : writeIsoTime(drawn.expiresAt),
    ...listTokenMembers(drawn),
    ms: Object.fromEntries(
      Object.entries(reached.ms).map(([step, ms]) => [step, Math.round(ms * 1000) / 1000]),
    ),
  };
}

/** One line of ASCII: every other character is escaped, so that no value can forge or hide a line (threat T66). */
export function writeAuditLine(event: AuditEvent): string {
  const ordered: { [member in Member]?: unknown } = {};
  for (const name of MEMBERS) if (event[name] !== undefined) ordered[name] = event[name];
  return JSON.stringify(ordered).replace(
    /[\u007f-\uffff]/g,
    each => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Where events go. It is awaited before a credential leaves; when it throws, nothing leaves (threat T84). */
export type Sink = (line: string) => void | Promise<void>;
