import { randomBytes, randomUUID } from 'node:crypto';
import type { Discovery } from '../protocols/discovery.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { writeStsXml } from '../protocols/sts/xml.ts';
import { readFormBody, writeServiceTime } from './json.ts';
import { findSignatureFault, type LocalKeys, type SignatureFault } from './signature.ts';
import { checkFederated } from './sts/federated.ts';
import {
  checkMember,
  checkPolicy,
  checkSessionTags,
  listFormMembers,
  RULES,
  readSessionDuration,
  StsRefusal,
} from './sts/rules.ts';

/** The keys that the laptop's broker signs with: worth nothing anywhere. */
export const DUMMY_KEYS = {
  accessKeyId: 'AKIALOCALLOCALLOCAL1',
  secretAccessKey: 'local-only-worth-nothing-anywhere',
} as const;

function answerStsXml(status: number, body: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

const UNSIGNED: { readonly [fault in SignatureFault]: readonly [code: string, message: string] } = {
  missing: ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
  key_unknown: ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
  wrong: [
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the one you provided.',
  ],
};

function checkSigned(request: HttpRequest, keys: LocalKeys = DUMMY_KEYS): void {
  const fault = findSignatureFault(request, keys);
  if (fault) throw new StsRefusal(...UNSIGNED[fault], 403);
}

function drawLetters(count: number, alphabet: string): string {
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

function writeStsAnswer(issued: Session): string {
  const { action, form, until } = issued;
  const session = form.get('RoleSessionName') ?? '';
  const [, partition, , , account, role = ''] = (form.get('RoleArn') ?? '').split(':');
  return writeStsXml(`${action}Response`, {
    [`${action}Result`]: {
      Credentials: {
        AccessKeyId: `ASIA${drawLetters(16, UPPER)}`,
        SecretAccessKey: drawLetters(40, ALL),
        SessionToken: `local.${drawLetters(240, ALL)}`,
        Expiration: writeServiceTime(until),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROA${drawLetters(17, UPPER)}:${session}`,
        Arn: `arn:${partition}:sts::${account}:assumed-role/${role.split('/').at(-1) ?? ''}/${session}`,
      },
      PackedPolicySize: '6',
    },
    ResponseMetadata: { RequestId: randomUUID() },
  });
}

/** Throws unless the members that both actions take are as they must be. */
function checkStsForm(form: URLSearchParams): void {
  if (!form.get('RoleArn') || !form.get('RoleSessionName'))
    throw new StsRefusal('ValidationError', 'RoleArn and RoleSessionName are required');
  checkMember('roleArn', form.get('RoleArn'), RULES.RoleArn);
  checkMember('roleSessionName', form.get('RoleSessionName'), RULES.RoleSessionName);
  checkPolicy(form.get('Policy'));
  const arns = listFormMembers(form, 'PolicyArns', '\\.arn');
  for (const arn of arns) checkMember('policyArns.member.arn', arn, RULES.PolicyArn);
  if (arns.length > 10) throw new StsRefusal('ValidationError', 'At most 10 managed policies are allowed');
}

function checkAssumed(form: URLSearchParams): void {
  checkMember('sourceIdentity', form.get('SourceIdentity'), RULES.SourceIdentity);
  checkMember('externalId', form.get('ExternalId'), RULES.ExternalId);
  const values = listFormMembers(form, 'Tags', '\\.Value');
  checkSessionTags({
    pairs: listFormMembers(form, 'Tags', '\\.Key').map((key, index) => [key, values[index] ?? '']),
    transitive: listFormMembers(form, 'TransitiveTagKeys', ''),
  });
}

export type LocalAws = {
  /** Seconds since the epoch. */
  readonly now: number;
  /** The issuer that the accounts of this STS trust, if any. */
  readonly trusted?: Discovery;
  /** Whose signature it takes. Left out: the laptop's broker's. */
  readonly keys?: LocalKeys;
};

/** The audience that OIDC providers in IAM have by custom. */
const AUDIENCE = 'sts.amazonaws.com';

async function answerAction(request: HttpRequest, at: LocalAws): Promise<string> {
  const { now, trusted, keys } = at;
  const form = readFormBody(request);
  const action = form.get('Action') ?? '';
  const until = (chained: boolean): number =>
    Math.floor(now) + readSessionDuration(form.get('DurationSeconds'), chained);
  if (form.get('Version') === '2011-06-15' && action === 'AssumeRoleWithWebIdentity' && trusted) {
    checkStsForm(form);
    await checkFederated(form, { trusted, audience: AUDIENCE, now });
    return writeStsAnswer({ action, form, until: until(false) });
  }
  checkSigned(request, keys);
  if (form.get('Version') !== '2011-06-15' || action !== 'AssumeRole')
    throw new StsRefusal('InvalidAction', 'Could not find the operation for version 2011-06-15.');
  checkStsForm(form);
  checkAssumed(form);
  return writeStsAnswer({ action, form, until: until(true) });
}

/**
 * A local AWS STS over the Query protocol, for AssumeRole and AssumeRoleWithWebIdentity. It refuses what AWS refuses,
 * and what it hands out opens nothing.
 */
export async function answerSts(request: HttpRequest, at: LocalAws): Promise<HttpAnswer> {
  try {
    return answerStsXml(200, await answerAction(request, at));
  } catch (error) {
    if (!(error instanceof StsRefusal)) throw error;
    const { code, message, status } = error;
    const told = { Type: 'Sender', Code: code, Message: message };
    return answerStsXml(status, writeStsXml('ErrorResponse', { Error: told, RequestId: randomUUID() }));
  }
}
