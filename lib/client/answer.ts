import type { ClaimHint, Code } from '../errors.ts';

/**
 * Keys of AWS as its own clients name them. `Expiration` is a time in ISO 8601 that ends in Z.
 *
 * @example
 * const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
 * const s3 = new S3Client({ credentials: { accessKeyId, secretAccessKey, sessionToken } });
 */
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
/**
 * The kind of a credential that is one token.
 *
 * @example
 * const kind: TokenKind = 'github';
 */
export type TokenKind = (typeof TOKEN_KINDS)[number];

/**
 * The credential of the role: keys for the kind `aws`, one token for every other. `expiresAt` is in seconds since
 * the epoch, by this machine's clock.
 *
 * @example
 * const secret = issued.kind === 'aws' ? issued.aws.SecretAccessKey : issued.accessToken;
 */
export type IssuedCredential =
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

/**
 * The broker's own no. A `status` of 503 is a fault on its side, and worth another try later.
 *
 * @example
 * for (const { claim, why } of refused.claims) console.error(`${claim}: ${why}`);
 * if (refused.contact !== undefined) console.error(`ask ${refused.contact}`);
 */
export type RefusedExchange = {
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

function readJsonObject(value: unknown): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : {};
}

/** A value that fits on a line of its own: it goes into environments and files. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

function readAwsKeys(value: unknown): IssuedCredential | undefined {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, AccountId } = readJsonObject(value);
  if (!isWord(AccessKeyId) || !isWord(SecretAccessKey) || !isWord(SessionToken) || !isWord(Expiration))
    return undefined;
  const expiresAt = Date.parse(Expiration) / 1000;
  if (Number.isNaN(expiresAt)) return undefined;
  const account = typeof AccountId === 'string' && /^\d{12}$/.test(AccountId) ? { AccountId } : {};
  const aws = { AccessKeyId, SecretAccessKey, SessionToken, Expiration, ...account };
  return { outcome: 'issued', kind: 'aws', expiresAt, aws };
}

function readIssued(body: Json, now: number): IssuedCredential | undefined {
  const { kind, access_token: accessToken, expires_in: seconds, scope } = body;
  if (kind === 'aws') return readAwsKeys(body['aws']);
  const known = TOKEN_KINDS.find(each => each === kind);
  if (!known || !isWord(accessToken) || typeof seconds !== 'number') return undefined;
  const expiresAt = Math.floor(now) + seconds;
  const scopes = typeof scope === 'string' ? { scope } : {};
  return { outcome: 'issued', kind: known, expiresAt, accessToken, ...scopes };
}

function readRefused(status: number, body: Json): RefusedExchange | undefined {
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
export function readAnswer(
  status: number,
  text: string,
  now: number,
): IssuedCredential | RefusedExchange | undefined {
  try {
    const body = readJsonObject(JSON.parse(text));
    return status === 200 ? readIssued(body, now) : readRefused(status, body);
  } catch {
    return undefined;
  }
}
