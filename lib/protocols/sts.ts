import type { Answer } from '../answer.ts';
import { BrokerError } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { readForm, refuseBearer } from './form.ts';
import type {
  HttpAnswer,
  HttpRequest,
  IdentityAnswer,
  Protocol,
  SessionQuestion,
  Voice,
} from './protocol.ts';
import { findStsAdvice, findStsError } from './sts/errors.ts';
import { readStsExchange } from './sts/parameters.ts';
import { writeStsXml, type XmlElements } from './sts/xml.ts';
import {
  describeInOneText,
  type IssuedAws,
  onlyAws,
  type RefusedAnswer,
  writeExpiry,
  writeHeaders,
} from './words.ts';

const VERSION = '2011-06-15';

function readAction(form: ReadonlyMap<string, string>): string | undefined {
  return form.get('Version') === VERSION ? form.get('Action') : undefined;
}

function parseStsRequest(request: HttpRequest): ExchangeRequest {
  // A presigned call: what it asks is in the query, where no token may stand (threat T57).
  if (request.method !== 'POST') throw new BrokerError('action_unsupported', { at: 'method' });
  const form = readForm(request);
  if (readAction(form) !== 'AssumeRoleWithWebIdentity')
    throw new BrokerError('action_unsupported', { at: 'Action' });
  refuseBearer(request);
  return readStsExchange(form);
}

/**
 * The access key id that signed a request, by Signature Version 4: the first part of `Credential`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html#add-signature-to-request
 */
const SIGNED_BY = /^AWS4-[A-Z0-9-]+ (?:.*[ ,])?Credential=(\w{16,128})\//;

/** A form with something wrong asks nothing here: it goes on to `parse`, which says so. */
function readSessionQuestion(request: HttpRequest): SessionQuestion | undefined {
  try {
    if (readAction(readForm(request)) !== 'GetCallerIdentity') return undefined;
    const { authorization = '', 'x-amz-security-token': sessionToken = '' } = request.headers;
    return { accessKeyId: SIGNED_BY.exec(authorization)?.[1], sessionToken };
  } catch {
    return undefined;
  }
}

function answerXml(answer: Answer | IdentityAnswer, status: number, body: string): HttpAnswer {
  return {
    status,
    headers: {
      ...writeHeaders(answer, status, 'text/xml; charset=utf-8'),
      // The JavaScript SDK looks for the id here alone, and Python's in the body alone.
      'x-amzn-requestid': answer.decisionId,
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
    body,
  };
}

function answerSuccess(action: string, answer: Answer | IdentityAnswer, result: XmlElements): HttpAnswer {
  return answerXml(
    answer,
    200,
    writeStsXml(`${action}Response`, {
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: answer.decisionId },
    }),
  );
}

function renderIssued(answer: IssuedAws): HttpAnswer {
  const { credential, grant } = answer;
  return answerSuccess('AssumeRoleWithWebIdentity', answer, {
    Credentials: {
      AccessKeyId: credential.accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: writeExpiry(credential.expiresAt),
    },
    SubjectFromWebIdentityToken: grant.principal.subject,
    AssumedRoleUser: { AssumedRoleId: credential.assumedRoleId, Arn: credential.assumedRole },
    PackedPolicySize: credential.packedPolicySize,
    Provider: grant.principal.issuer,
    SourceIdentity: credential.sourceIdentity,
  });
}

function renderRefused(answer: RefusedAnswer, voice: Voice): HttpAnswer {
  const [status, code] = findStsError(answer.code);
  const Type = status < 500 ? 'Sender' : 'Receiver';
  const Message = describeInOneText(answer, voice, findStsAdvice(answer.code));
  return answerXml(
    answer,
    status,
    writeStsXml('ErrorResponse', { Error: { Type, Code: code, Message }, RequestId: answer.decisionId }),
  );
}

/**
 * AWS STS by its Query protocol, as every AWS SDK speaks it when AWS_ENDPOINT_URL_STS is set. That setting moves
 * all calls of STS here, so what is neither of the two actions is told where it belongs.
 */
export const sts: Protocol = {
  name: 'sts',
  reusesToken: true,
  parse: parseStsRequest,
  render(given, _request, voice) {
    const answer = onlyAws(given);
    return answer.kind === 'issued' ? renderIssued(answer) : renderRefused(answer, voice);
  },
  identities: {
    asked: readSessionQuestion,
    render: answer =>
      answerSuccess('GetCallerIdentity', answer, {
        Arn: answer.identity.arn,
        UserId: answer.identity.userId,
        Account: answer.identity.account,
      }),
  },
};
