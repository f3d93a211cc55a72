import { randomBytes, randomUUID } from 'node:crypto';
import type { Discovery } from '../protocols/discovery.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { writeStsXml } from '../protocols/sts/xml.ts';
import { type Keys, type SignatureFault, signatureFault } from './signature.ts';
import { checkFederated } from './sts/federated.ts';
import { check, checkPolicy, checkTags, durationOf, members, Refused, RULES } from './sts/rules.ts';

/** The keys that the laptop's broker signs with: worth nothing anywhere. */
export const DUMMY_KEYS = {
  accessKeyId: 'AKIALOCALLOCALLOCAL1',
  secretAccessKey: 'local-only-worth-nothing-anywhere',
} as const;

function xml(status: number, body: string): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body,
  };
}

const UNSIGNED: { readonly [fault in SignatureFault]: readonly [code: string, message: string] } = {
  missing: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  key_unknown: ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  wrong: [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the one you provided.',
  ],
};

function checkSigned(request: HttpRequest, keys: Keys = DUMMY_KEYS): void {
  const fault = signatureFault(request, keys);
  if (fault) throw new Refused(...UNSIGNED[fault], 403);
}

function letters(count: number, alphabet: string): string {
  return [...randomBytes(count)].map(byte => alphabet[byte % alphabet.length]).join('');
}
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

type Session = {
  readonly action: string;
  readonly form: URLSearchParams;
  /** Seconds since the epoch. */
  readonly until: number;
};

function answerOf({ action, form, until }: Session): string {
  const session = form.get('RoleSessionName') ?? '';
  const [, partition, , , account, role = ''] = (form.get('RoleArn') ?? '').split(':');
  return writeStsXml(`${action}Response`, {
    [`${action}Result`]: {
      Credentials: {
        AccessKeyId: `ASIA${letters(16, UPPER)}`,
        SecretAccessKey: letters(40, ALL),
        SessionToken: `local.${letters(240, ALL)}`,
        Expiration: new Date(until * 1000).toISOString().replace('.000Z', 'Z'),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROA${letters(17, UPPER)}:${session}`,
        Arn: `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1) ?? ''}/${session}`,
      },
      PackedPolicySize: '6',
    },
    ResponseMetadata: { RequestId: randomUUID() },
  });
}

/** What both actions take. */
function checkForm(form: URLSearchParams): void {
  if (!form.get('RoleArn') || !form.get('RoleSessionName'))
    throw new Refused('ValidationError', 'RoleArn and RoleSessionName are required');
  check('roleArn', form.get('RoleArn'), RULES.RoleArn);
  check('roleSessionName', form.get('RoleSessionName'), RULES.RoleSessionName);
  checkPolicy(form.get('Policy'));
  const arns = members(form, 'PolicyArns', '\\.arn');
  for (const arn of arns) check('policyArns.member.arn', arn, RULES.PolicyArn);
  if (arns.length > 10) throw new Refused('ValidationError', 'At most 10 managed policies are allowed');
}

function checkAssumed(form: URLSearchParams): void {
  check('sourceIdentity', form.get('SourceIdentity'), RULES.SourceIdentity);
  check('externalId', form.get('ExternalId'), RULES.ExternalId);
  const values = members(form, 'Tags', '\\.Value');
  checkTags({
    pairs: members(form, 'Tags', '\\.Key').map((key, index) => [key, values[index] ?? '']),
    transitive: members(form, 'TransitiveTagKeys', ''),
  });
}

export type LocalAws = {
  /** Seconds since the epoch. */
  readonly now: number;
  /** The issuer that the accounts of this STS trust, if any. */
  readonly trusted?: Discovery;
  /** Whose signature it takes. Left out: the laptop's broker's. */
  readonly keys?: Keys;
};

/** What OIDC providers in IAM have by custom. */
const AUDIENCE = 'sts.amazonaws.com';

async function answered(request: HttpRequest, { now, trusted, keys }: LocalAws): Promise<string> {
  const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
  const action = form.get('Action') ?? '';
  const until = (chained: boolean): number =>
    Math.floor(now) + durationOf(form.get('DurationSeconds'), chained);
  if (form.get('Version') === '2011-06-15' && action === 'AssumeRoleWithWebIdentity' && trusted) {
    checkForm(form);
    await checkFederated(form, { trusted, audience: AUDIENCE, now });
    return answerOf({ action, form, until: until(false) });
  }
  checkSigned(request, keys);
  if (form.get('Version') !== '2011-06-15' || action !== 'AssumeRole')
    throw new Refused('InvalidAction', 'Could not find the operation for version 2011-06-15.');
  checkForm(form);
  checkAssumed(form);
  return answerOf({ action, form, until: until(true) });
}

/**
 * A local AWS STS over the Query protocol, for AssumeRole and AssumeRoleWithWebIdentity. It refuses what AWS refuses,
 * and what it hands out opens nothing.
 */
export async function localSts(request: HttpRequest, at: LocalAws): Promise<HttpAnswer> {
  try {
    return xml(200, await answered(request, at));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message, status } = error;
    return xml(
      status,
      writeStsXml('ErrorResponse', {
        Error: { Type: 'Sender', Code: code, Message: message },
        RequestId: randomUUID(),
      }),
    );
  }
}
