import { readXml } from '../../lib/aws/xml.ts';
import type { HttpAnswer, HttpRequest } from '../../lib/protocols/protocol.ts';
import { httpRequest } from './broker.ts';

export const TARGET = 'arn:aws:iam::123456789012:role/deploy-web';

export type Form = { readonly [name: string]: string | undefined };

/** What the SDKs send at the STS door, whatever they were told. */
const STS_FORM: Form = {
  Action: 'AssumeRoleWithWebIdentity',
  Version: '2011-06-15',
  RoleArn: TARGET,
  RoleSessionName: 'botocore-session-1',
  WebIdentityToken: 'a.b.c',
};

/** These parameters over the usual ones; undefined leaves one out. */
export function stsForm(form: Form = {}): [string, string][] {
  return Object.entries({ ...STS_FORM, ...form }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
}

/** `POST /` with these parameters over the usual ones. */
export function stsRequest(form: Form = {}, changes: Partial<HttpRequest> = {}): HttpRequest {
  return httpRequest({
    path: '/',
    body: new TextEncoder().encode(new URLSearchParams(stsForm(form)).toString()),
    ...changes,
  });
}

/** The access key that signs where a test does not say another: that of the answers of the harness. */
export const SIGNED_BY = 'ASIATESTTESTTESTTEST';

/** Who the session of this token is of, signed by this access key; undefined: not signed. */
export function identityRequest(
  sessionToken: string | undefined,
  accessKeyId: string | undefined = SIGNED_BY,
): HttpRequest {
  const { headers, ...asked } = stsRequest({
    Action: 'GetCallerIdentity',
    RoleArn: undefined,
    RoleSessionName: undefined,
    WebIdentityToken: undefined,
  });
  const proof = sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken };
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20270115/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=0`;
  return { ...asked, headers: { ...headers, ...proof, authorization } };
}

/** The texts of an answer below its root and the result in it, by the names of their elements. */
export function textsOf({ body }: HttpAnswer): { readonly [path: string]: string } {
  return Object.fromEntries(
    [...readXml(body)].map(([path, text]) => [path.replace(/^\w+\/(\w+Result\/)?/, ''), text]),
  );
}

/** How the STS door refused: status and wire code. */
export function stsRefusal(answer: HttpAnswer): readonly [status: number, code: string | undefined] {
  return [answer.status, textsOf(answer)['Error/Code']];
}
