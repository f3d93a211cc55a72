import type { Code } from '../../errors.ts';
import { POLICY_ARN, ROLE_ARN } from '../../policy/name.ts';
import { findStsError } from '../sts/errors.ts';
import { LEAST, MOST, POLICY, SESSION_NAME } from '../sts/parameters.ts';
import { NAMESPACE } from '../sts/xml.ts';
import { type ApiOperation, describeRefusals, describeText, HEADERS, type JsonSchema } from './operation.ts';

const VERSION = { const: '2011-06-15' };

const ASSUME: JsonSchema = {
  type: 'object',
  required: ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'WebIdentityToken'],
  properties: {
    Action: { const: 'AssumeRoleWithWebIdentity' },
    Version: VERSION,
    RoleArn: describeText(
      "The target role's ARN, or arn:aws:iam::000000000000:role/kite-sts/ and the name of the role.",
      { pattern: ROLE_ARN.source },
    ),
    RoleSessionName: describeText('Audited; the name of the session is ours.', {
      pattern: SESSION_NAME.source,
    }),
    WebIdentityToken: describeText('The OIDC token of the job.', { maxLength: 16_384 }),
    DurationSeconds: { type: 'integer', minimum: LEAST, maximum: MOST },
    Policy: describeText('A session policy, for a role that has none of its own.', {
      pattern: POLICY.source,
    }),
    'PolicyArns.member.1.arn': describeText('Likewise, and so on to member.10.', {
      pattern: POLICY_ARN.source,
    }),
  },
};

const IDENTITY: JsonSchema = {
  type: 'object',
  required: ['Action', 'Version'],
  properties: { Action: { const: 'GetCallerIdentity' }, Version: VERSION },
};

/** Elements by name: a text, or the elements in it. A name with `?` at its end is there only sometimes. */
type XmlSchema = { readonly [name: string]: JsonSchema | XmlSchema };

function isSchema(elements: JsonSchema | XmlSchema): elements is JsonSchema {
  return typeof elements['type'] === 'string';
}

function describeElement(elements: XmlSchema): JsonSchema {
  return {
    type: 'object',
    required: Object.keys(elements).filter(name => !name.endsWith('?')),
    properties: Object.fromEntries(
      Object.entries(elements).map(([name, each]) => [
        name.replace('?', ''),
        isSchema(each) ? each : describeElement(each),
      ]),
    ),
  };
}

const TEXT: JsonSchema = { type: 'string' };

function describeDocument(name: string, elements: XmlSchema): JsonSchema {
  return { ...describeElement(elements), xml: { name, namespace: NAMESPACE } };
}

const METADATA = { ResponseMetadata: { RequestId: TEXT } };

const ASSUMED = describeDocument('AssumeRoleWithWebIdentityResponse', {
  AssumeRoleWithWebIdentityResult: {
    Credentials: { AccessKeyId: TEXT, SecretAccessKey: TEXT, SessionToken: TEXT, Expiration: TEXT },
    SubjectFromWebIdentityToken: TEXT,
    AssumedRoleUser: { AssumedRoleId: TEXT, Arn: TEXT },
    'PackedPolicySize?': TEXT,
    Provider: TEXT,
    'SourceIdentity?': TEXT,
  },
  ...METADATA,
});

const IDENTIFIED = describeDocument('GetCallerIdentityResponse', {
  GetCallerIdentityResult: { Arn: TEXT, UserId: TEXT, Account: TEXT },
  ...METADATA,
});

function describeStsRefusal(codes: readonly Code[]): JsonSchema {
  return describeDocument('ErrorResponse', {
    Error: {
      Type: { type: 'string', enum: ['Sender', 'Receiver'] },
      Code: { type: 'string', enum: [...new Set(codes.map(code => findStsError(code)[1]))] },
      Message: TEXT,
    },
    RequestId: TEXT,
  });
}

function describeStsContent(schema: JsonSchema) {
  return { 'text/xml': { schema } };
}

/** `POST /` and its other paths: AWS STS by its Query protocol. */
export const stsOperation: ApiOperation = {
  summary: 'AWS STS: AssumeRoleWithWebIdentity, and GetCallerIdentity of a session that was given here',
  security: [],
  requestBody: {
    required: true,
    content: { 'application/x-www-form-urlencoded': { schema: { oneOf: [ASSUME, IDENTITY] } } },
  },
  responses: {
    200: {
      description: 'The answer of the action.',
      headers: HEADERS,
      content: describeStsContent({ oneOf: [ASSUMED, IDENTIFIED] }),
    },
    ...describeRefusals(
      code => findStsError(code)[0],
      codes => describeStsContent(describeStsRefusal(codes)),
    ),
  },
};

/** A presigned call is signed for AWS and says so in its query: it is refused, and told where it belongs. */
export const presignedOperation: ApiOperation = {
  summary: 'A presigned call of AWS STS, which is refused',
  security: [],
  responses: {
    400: {
      description: 'Send it to AWS.',
      headers: HEADERS,
      content: describeStsContent(describeStsRefusal(['action_unsupported'])),
    },
  },
};
