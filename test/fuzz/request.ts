import { deepEqual, equal, ok } from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { ROLE_NAME } from '../../lib/policy/name.ts';
import { MAX_BODY, readForm } from '../../lib/protocols/form.ts';
import { GRANT_TYPE, oauth } from '../../lib/protocols/oauth.ts';
import { AWS_CREDENTIALS } from '../../lib/protocols/oauth-answer.ts';
import { httpRequest } from '../harness/broker.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { ACCEPTED, bytesOf, run, type Target } from './target.ts';

const CODES = [
  'body_too_large',
  'grant_type_unsupported',
  'parameter_invalid',
  'parameter_missing',
  'parameter_repeated',
  'parameter_unsupported',
  'role_parameter_holds_audience',
  'target_unsupported',
] as const;

/** Is it UTF-8, both as it came and with percent-encoding undone byte by byte? */
function wellEncoded(body: Uint8Array): boolean {
  const text = Buffer.from(body).toString('latin1');
  if (/%(?![\da-f]{2})/i.test(text)) return false;
  const undone = text.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return isUtf8(body) && isUtf8(Buffer.from(undone, 'latin1'));
}

/** What the form must be read as, by another reader of forms; undefined when it must be refused. */
function formReading(body: Uint8Array): [string, string][] | undefined {
  if (body.length > MAX_BODY || !wellEncoded(body)) return undefined;
  // With a first ampersand, since a first question mark would be dropped.
  const pairs = [...new URLSearchParams(`&${Buffer.from(body).toString('utf8')}`)];
  const distinct = new Set(pairs.map(([name]) => name)).size === pairs.length;
  return distinct ? pairs.filter(([, value]) => value !== '') : undefined;
}

/** Any bytes as the body of an exchange. */
export async function judgeRequest(body: Uint8Array): Promise<string> {
  const request = httpRequest({ body });
  const pairs = formReading(body);
  const form = await run(CODES, () => readForm(request));
  deepEqual(form.error ? undefined : [...form.value], pairs);
  const parsed = await run(CODES, () => oauth.parse(request, AUDIENCE));
  if (form.error) equal(parsed.error?.code, form.error.code);
  if (parsed.error) return parsed.error.code;
  const said = new Map(pairs);
  const { subjectToken, access } = parsed.value;
  equal(said.get('grant_type'), GRANT_TYPE);
  ok([subjectToken, `${subjectToken}\n`, `${subjectToken}\r\n`].includes(said.get('subject_token') ?? ''));
  equal(access.role, said.get('audience'));
  ok(ROLE_NAME.test(access.role));
  deepEqual(access.scopes, said.has('scope') ? [...new Set(said.get('scope')?.split(' '))] : undefined);
  equal(access.seconds === undefined ? undefined : String(access.seconds), said.get('expires_in'));
  equal(access.kinds === undefined, !said.has('requested_token_type'));
  for (const name of ['resource', 'actor_token', 'actor_token_type']) ok(!said.has(name));
  return ACCEPTED;
}

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:';

/** The parameters of a whole request. */
const PARAMETERS = {
  grant_type: GRANT_TYPE,
  subject_token_type: `${TOKEN_TYPE}jwt`,
  subject_token: 'eyJhbGciOiJSUzI1NiJ9.e30.AA',
  audience: 'deploy-web',
  scope: 'read write',
  expires_in: '900',
  requested_token_type: AWS_CREDENTIALS,
} as const;

const { scope: _scope, expires_in: _seconds, requested_token_type: _kind, ...LEAST } = PARAMETERS;
function encoded(form: { readonly [name: string]: string }): Uint8Array {
  return bytesOf(new URLSearchParams(form).toString());
}

export const request: Target = {
  name: 'request',
  seeds: [
    encoded(PARAMETERS),
    encoded(LEAST),
    encoded({
      ...LEAST,
      subject_token_type: `${TOKEN_TYPE}id_token`,
      subject_token: `${LEAST.subject_token}\n`,
    }),
    bytesOf(
      Object.entries({ ...LEAST, state: 'ü', note: 'a b' })
        .map(pair => pair.join('='))
        .join('&'),
    ),
  ],
  words: [
    ...Object.entries(PARAMETERS).map(([name, value]) => `&${name}=${value}`),
    ...'&resource=a¦&actor_token=a¦&audience=https://sts.example¦&%61udience=b¦&a=¦&a¦&=b¦&&'.split('¦'),
    ...'%¦%2¦%zz¦%00¦%0A¦%0D%0A¦%C3%BC¦%C3¦%BC¦%FF¦%ED%A0%80¦%EF%BB%BF¦%26¦%3D¦%2B¦+¦=¦&¦;¦?'.split('¦'),
    ...'#¦ü¦\ufeff¦\0¦\n¦scope=a  b¦scope=+a¦expires_in=0¦1e3'.split('¦'),
  ],
  most: MAX_BODY + 16,
  judge: judgeRequest,
};
