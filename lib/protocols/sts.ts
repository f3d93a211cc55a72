import type { Answer } from '../answer.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { readForm, refuseBearer } from './form.ts';
import type { AskedSession, HttpAnswer, HttpRequest, Identified, Protocol, Voice } from './protocol.ts';
import { adviceFor, stsError } from './sts/errors.ts';
import { exchangeOf } from './sts/parameters.ts';
import { type Elements, stsXml } from './sts/xml.ts';
import { headersOf, type IssuedAws, inOneText, iso, onlyAws, type Refused } from './words.ts';

const VERSION = '2011-06-15';

function actionOf(form: ReadonlyMap<string, string>): string | undefined {
  return form.get('Version') === VERSION ? form.get('Action') : undefined;
}

function parse(request: HttpRequest): ExchangeRequest {
  // A presigned call: what it asks is in the query, where no token may stand (threat T57).
  if (request.method !== 'POST') throw new BrokerError('action_unsupported', { at: 'method' });
  const form = readForm(request);
  if (actionOf(form) !== 'AssumeRoleWithWebIdentity')
    throw new BrokerError('action_unsupported', { at: 'Action' });
  refuseBearer(request);
  return exchangeOf(form);
}

/**
 * The access key id that signed a request, by Signature Version 4: the first part of `Credential`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#add-signature-to-request
 */
const SIGNED_BY = /^AWS4-[A-Z0-9-]+ (?:.*[ ,])?Credential=(\w{16,128})\//;

/** Whatever is wrong with the form is said by `parse`, to whom the request goes then. */
function asked(request: HttpRequest): AskedSession | undefined {
  try {
    if (actionOf(readForm(request)) !== 'GetCallerIdentity') return undefined;
    const { authorization = '', 'x-amz-security-token': sessionToken = '' } = request.headers;
    return { accessKeyId: SIGNED_BY.exec(authorization)?.[1], sessionToken };
  } catch {
    return undefined;
  }
}

function xml(answer: Answer | Identified, status: number, body: string): HttpAnswer {
  return {
    status,
    headers: {
      ...headersOf(answer, status, 'text/xml; charset=utf-8'),
      // The JavaScript SDK looks for the id here alone, and Python's in the body alone.
      'x-amzn-requestid': answer.decisionId,
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
    body,
  };
}

function succeeded(action: string, answer: Answer | Identified, result: Elements): HttpAnswer {
  return xml(
    answer,
    200,
    stsXml(`${action}Response`, {
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: answer.decisionId },
    }),
  );
}

function issued(answer: IssuedAws): HttpAnswer {
  const { credential, grant } = answer;
  return succeeded('AssumeRoleWithWebIdentity', answer, {
    Credentials: {
      AccessKeyId: credential.accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: iso(credential.expiresAt),
    },
    SubjectFromWebIdentityToken: grant.principal.subject,
    AssumedRoleUser: { AssumedRoleId: credential.assumedRoleId, Arn: credential.assumedRole },
    PackedPolicySize: credential.packedPolicySize,
    Provider: grant.principal.issuer,
    SourceIdentity: credential.sourceIdentity,
  });
}

function refused(answer: Refused, voice: Voice): HttpAnswer {
  const [status, code] = stsError(answer.code);
  const Type = status < 500 ? 'Sender' : 'Receiver';
  const Message = inOneText(answer, voice, adviceFor(answer.code));
  return xml(
    answer,
    status,
    stsXml('ErrorResponse', { Error: { Type, Code: code, Message }, RequestId: answer.decisionId }),
  );
}

/**
 * AWS STS by its Query protocol, as every AWS SDK speaks it when AWS_ENDPOINT_URL_STS is set. That setting moves
 * all calls of STS here, so what is neither of the two actions is told where it belongs.
 */
export const sts: Protocol = {
  name: 'sts',
  repeats: true,
  parse,
  render(given, _request, voice) {
    const answer = onlyAws(given);
    return answer.kind === 'issued' ? issued(answer) : refused(answer, voice);
  },
  identities: {
    asked,
    render: answer =>
      succeeded('GetCallerIdentity', answer, {
        Arn: answer.identity.arn,
        UserId: answer.identity.userId,
        Account: answer.identity.account,
      }),
  },
};
