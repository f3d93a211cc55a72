import { randomBytes, randomUUID } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { type SignatureFault, signatureFault } from './signature.ts';

/** The keys that the laptop's broker signs with: worth nothing anywhere. */
export const DUMMY_KEYS = {
  accessKeyId: 'AKIALOCALLOCALLOCAL1',
  secretAccessKey: 'local-only-worth-nothing-anywhere',
} as const;

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const escapeXml = (text: string): string => text.replace(/[<>&"']/g, each => `&#${each.charCodeAt(0)};`);

const xml = (status: number, body: string): HttpAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});

type Rule = { readonly min: number; readonly max: number; readonly pattern: RegExp };
// The limits of AWS's own model of AssumeRole (sts 2011-06-15).
const RULES = {
  RoleArn: { min: 20, max: 2048, pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/ },
  RoleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  SourceIdentity: { min: 2, max: 64, pattern: /^(?!aws:)[\w+=,.@-]*$/i },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  Policy: { min: 1, max: 2048, pattern: /^[\t\n\r\u0020-\u00ff]+$/ },
  TagKey: { min: 1, max: 128, pattern: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu },
  TagValue: { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u },
} as const satisfies Record<string, Rule>;

const check = (name: string, value: string | null, { min, max, pattern }: Rule): void => {
  if (value === null) return;
  if (value.length < min || value.length > max || !pattern.test(value)) {
    throw new Refused(
      'ValidationError',
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: length ${min} to ${max}, pattern ${pattern.source}`,
    );
  }
};

const members = (form: URLSearchParams, list: string, field: string): string[] =>
  [...form]
    .filter(([name]) => new RegExp(`^${list}\\.member\\.\\d+${field}$`).test(name))
    .map(([, value]) => value);

const checkTags = (form: URLSearchParams): void => {
  const keys = members(form, 'Tags', '\\.Key');
  if (keys.length > 50) throw new Refused('ValidationError', 'At most 50 session tags are allowed');
  for (const key of keys) check('tags.member.key', key, RULES.TagKey);
  for (const value of members(form, 'Tags', '\\.Value')) check('tags.member.value', value, RULES.TagValue);
  if (new Set(keys.map(key => key.toLowerCase())).size < keys.length)
    throw new Refused('InvalidParameterValue', 'Duplicate tag keys found. Tag keys are case insensitive.');
  for (const key of members(form, 'TransitiveTagKeys', '')) {
    if (!keys.includes(key))
      throw new Refused('InvalidParameterValue', 'One or more transitive tag keys are not among the tags');
  }
};

const checkPolicy = (policy: string | null): void => {
  check('policy', policy, RULES.Policy);
  if (policy === null) return;
  try {
    JSON.parse(policy);
  } catch {
    throw new Refused('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
  }
};

const durationOf = (written: string | null): number => {
  const seconds = Number(written ?? 3600);
  if (!/^\d+$/.test(written ?? '0') || seconds < 900 || seconds > 43_200)
    throw new Refused(
      'ValidationError',
      "Value at 'durationSeconds' failed to satisfy constraint: 900 to 43200",
    );
  if (seconds > 3600)
    throw new Refused(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  return seconds;
};

const UNSIGNED: { readonly [fault in SignatureFault]: readonly [code: string, message: string] } = {
  missing: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  key_unknown: ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  wrong: [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the one you provided.',
  ],
};

const checkSigned = (request: HttpRequest): void => {
  const fault = signatureFault(request, DUMMY_KEYS);
  if (fault) throw new Refused(...UNSIGNED[fault], 403);
};

const letters = (count: number, alphabet: string): string =>
  [...randomBytes(count)].map(byte => alphabet[byte % alphabet.length]).join('');
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const assumeRole = (form: URLSearchParams, now: number): string => {
  const arn = form.get('RoleArn');
  const session = form.get('RoleSessionName');
  if (!arn || !session) throw new Refused('ValidationError', 'RoleArn and RoleSessionName are required');
  check('roleArn', arn, RULES.RoleArn);
  check('roleSessionName', session, RULES.RoleSessionName);
  check('sourceIdentity', form.get('SourceIdentity'), RULES.SourceIdentity);
  check('externalId', form.get('ExternalId'), RULES.ExternalId);
  checkPolicy(form.get('Policy'));
  checkTags(form);
  if (members(form, 'PolicyArns', '\\.arn').length > 10)
    throw new Refused('ValidationError', 'At most 10 managed policies are allowed');
  const expiration = new Date((Math.floor(now) + durationOf(form.get('DurationSeconds'))) * 1000)
    .toISOString()
    .replace('.000Z', 'Z');
  const [, , , , account, role = ''] = arn.split(':');
  const name = role.split('/').at(-1) ?? '';
  return `<AssumeRoleResponse xmlns="${NAMESPACE}"><AssumeRoleResult><Credentials><AccessKeyId>ASIA${letters(16, UPPER)}</AccessKeyId><SecretAccessKey>${letters(40, ALL)}</SecretAccessKey><SessionToken>local.${letters(240, ALL)}</SessionToken><Expiration>${expiration}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA${letters(17, UPPER)}:${escapeXml(session)}</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/${escapeXml(name)}/${escapeXml(session)}</Arn></AssumedRoleUser><PackedPolicySize>6</PackedPolicySize></AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`;
};

/**
 * A local AWS STS over the Query protocol, for AssumeRole alone. It refuses what AWS refuses, and what it
 * hands out opens nothing. `now` is in seconds since the epoch.
 */
export const localSts = (request: HttpRequest, now: number): HttpAnswer => {
  try {
    checkSigned(request);
    const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
    if (form.get('Version') !== '2011-06-15' || form.get('Action') !== 'AssumeRole')
      throw new Refused(
        'InvalidAction',
        'Could not find the operation for version 2011-06-15. Here there is AssumeRole alone.',
      );
    return xml(200, assumeRole(form, now));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message, status } = error;
    return xml(
      status,
      `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    );
  }
};
