import type { ClaimHint, Code } from '../errors.ts';

/** Keys of AWS as its own clients name them. `Expiration` is a time in ISO 8601 that ends in Z. */
export type AwsKeys = {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
  /** The account that they are for. An older broker does not say it. */
  readonly AccountId?: string;
};

/** The kinds of credential that are one token. */
export const TOKEN_KINDS = ['jwt', 'gcp', 'azure', 'github', 'buildkite', 'oauth'] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** `expiresAt` is in seconds since the epoch, by this machine's clock. */
export type Issued =
  | {
      readonly outcome: 'issued';
      readonly kind: 'aws';
      readonly expiresAt: number;
      readonly aws: AwsKeys;
    }
  | {
      readonly outcome: 'issued';
      readonly kind: TokenKind;
      readonly expiresAt: number;
      readonly accessToken: string;
      /** The scopes that were granted, with one space between. */
      readonly scope?: string;
    };

/** The broker's own no. A `status` of 503 is a fault on its side, and worth another try later. */
export type Refused = {
  readonly outcome: 'refused';
  readonly status: number;
  readonly code: Code;
  readonly description: string;
  readonly decisionId: string;
  /** The page about this code. */
  readonly errorUri: string;
  /** The caller's own claims that stood in the way. */
  readonly claims: readonly ClaimHint[];
  /** Whom to ask, where the role says so. */
  readonly contact?: string;
  /** The key of the block step that must be unblocked in this build, where the role waits for an approval. */
  readonly approvalStep?: string;
};

type Json = { readonly [name: string]: unknown };

function objectIn(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
}

/** A value that fits on a line of its own: it goes into environments and files. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

function awsIn(value: unknown): Issued | undefined {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, AccountId } = objectIn(value);
  if (!isWord(AccessKeyId) || !isWord(SecretAccessKey) || !isWord(SessionToken) || !isWord(Expiration))
    return undefined;
  const expiresAt = Date.parse(Expiration) / 1000;
  if (Number.isNaN(expiresAt)) return undefined;
  const account = typeof AccountId === 'string' && /^\d{12}$/.test(AccountId) ? { AccountId } : {};
  const aws = { AccessKeyId, SecretAccessKey, SessionToken, Expiration, ...account };
  return { outcome: 'issued', kind: 'aws', expiresAt, aws };
}

function issuedIn(body: Json, now: number): Issued | undefined {
  const { kind, access_token: accessToken, expires_in: seconds, scope } = body;
  if (kind === 'aws') return awsIn(body['aws']);
  const known = TOKEN_KINDS.find(each => each === kind);
  if (!known || !isWord(accessToken) || typeof seconds !== 'number') return undefined;
  const expiresAt = Math.floor(now) + seconds;
  const scopes = typeof scope === 'string' ? { scope } : {};
  return { outcome: 'issued', kind: known, expiresAt, accessToken, ...scopes };
}

function refusedIn(status: number, body: Json): Refused | undefined {
  const { code, error_description, decision_id, error_uri, claims, contact, approval_step } = body;
  // A code begins a line of the log, so what is no word is no code of a broker.
  if (typeof code !== 'string' || !/^[a-z_]{1,64}$/.test(code)) return undefined;
  if (typeof decision_id !== 'string') return undefined;
  return {
    outcome: 'refused',
    status,
    code: code as Code,
    description: String(error_description ?? ''),
    decisionId: decision_id,
    errorUri: String(error_uri ?? ''),
    claims: Array.isArray(claims) ? (claims as ClaimHint[]) : [],
    ...(typeof contact === 'string' ? { contact } : {}),
    ...(typeof approval_step === 'string' ? { approvalStep: approval_step } : {}),
  };
}

/** Reads what a broker answers at `/token`; undefined for anything that no broker answers. `now` is in seconds. */
export function readAnswer(status: number, text: string, now: number): Issued | Refused | undefined {
  try {
    const body = objectIn(JSON.parse(text));
    return status === 200 ? issuedIn(body, now) : refusedIn(status, body);
  } catch {
    return undefined;
  }
}
