import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { type JWK, jwtVerify } from 'jose';
import { decide } from '../../lib/policy/decide.ts';
import type { VerifiedToken } from '../../lib/policy/verified-token.ts';
import { MAX_MEMBERS } from '../../lib/token/json.ts';
import { MAX_HEADER, MAX_TOKEN, readSignature, readTokenClaims, splitToken } from '../../lib/token/jws.ts';
import { createFixedKeys } from '../../lib/token/keys.ts';
import { CLOCK_SKEW } from '../../lib/token/verify.ts';
import { KEY_ID, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { AUDIENCE, NOW, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';
import { objectReading } from './json.ts';
import { ACCEPTED, bytesOf, run, type Target } from './target.ts';

const ISSUER = 'https://fuzzed.example';
const ROWS = rowsFrom(`
- issuer: ${ISSUER}
  jwks_uri: ${ISSUER}/jwks
  algorithms: [EdDSA]
  single_tenant: true
  audiences: [of-the-row]
`);

// The harness makes a new RSA key each time. Here an input must mean the same on each run, and many are
// signed a second: one Ed25519 key, from bytes that anyone may know (RFC 8410 §7).
const PRIVATE = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    createHash('sha256').update('fuzz').digest(),
  ]),
  format: 'der',
  type: 'pkcs8',
});
const PUBLIC = createPublicKey(PRIVATE);
const PUBLISHED = { ...PUBLIC.export({ format: 'jwk' }), kid: KEY_ID } as JWK;
const verify = verifierOf({ keys: createFixedKeys([PUBLISHED], ['EdDSA']) }, ROWS);

export const HEADER = JSON.stringify({ alg: 'EdDSA', kid: KEY_ID });
export const CLAIMS = { ...tokenClaims({ iss: ISSUER }), groups: ['a', 'b'], nested: { a: { b: 1 } } };

function forge(header: string | Uint8Array, payload: string | Uint8Array): string {
  const signed = [header, payload].map(each => Buffer.from(each).toString('base64url')).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), PRIVATE).toString('base64url')}`;
}

const CODES = [
  'token_algorithm_refused',
  'token_audience_differs',
  'token_claims_invalid',
  'token_expired',
  'token_issuer_unknown',
  'token_key_unknown',
  'token_lifetime_too_long',
  'token_malformed',
  'token_not_yet_valid',
  'token_signature_invalid',
  'token_too_large',
  'token_type_refused',
] as const;

/** Conditions of every operator, so that whatever a token may say is decided on. */
const ROLE = roleFrom(
  `trust:
- iss: ${ISSUER}
  claims:
    sub: { matches: ["organization:*", "?*"], not_equals: "" }
    groups: { contains_any: [a, 1, null] }
    /nested/a/b: { in: [1, "1", true], not_in: [2] }
- iss: ${ISSUER}
  claims: { sub: { matches: "*" } }
deny:
- iss: ${ISSUER}
  claims: { groups: { contains: denied }, build_tag: { not_equals: null } }
jwt: { audience: https://api.test.example, claims: { of: "\${pipeline_slug}" } }
`,
  settingOf(ROWS),
);

/** The decision on any verified token is a decision, and the same one each time. */
function decided(token: VerifiedToken): void {
  const access = { role: ROLE.name, scopes: undefined, seconds: undefined, kinds: undefined };
  const one = decide(ROLE, token, access, { now: NOW, sourceAddress: undefined });
  const other = decide(ROLE, token, access, { now: NOW, sourceAddress: undefined });
  deepEqual(one, other);
  if (one.allowed) ok(ROLE.trust.some(({ id }) => id === one.statement));
  else ok(one.reason.length > 0);
}

const REGISTERED = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'];
/** A second identity, to a reader that folds case. */
function folded(name: string): boolean {
  return (
    !REGISTERED.includes(name) && REGISTERED.includes(name.normalize('NFKC').toUpperCase().toLowerCase())
  );
}

/** A token that was taken is what an independent reader takes it for, in every part. */
async function agreed(text: string, token: VerifiedToken): Promise<void> {
  const [header = '', payload = ''] = text.split('.');
  const said = objectReading(Buffer.from(payload, 'base64url'), MAX_MEMBERS);
  deepEqual(token.claims, said);
  deepEqual(Object.keys(token.claims).filter(folded), []);
  equal(token.issuer, ISSUER);
  ok([AUDIENCE, 'of-the-row'].includes(token.audience));
  ok(token.subject.length > 0 && !/\p{Cc}/u.test(token.subject));
  ok(token.issuedAt <= NOW + CLOCK_SKEW && token.acceptedUntil > NOW && token.expiresAt > token.issuedAt);
  equal(token.digest, createHash('sha256').update(`${ISSUER}${header}.${payload}`).digest('hex'));
  const { payload: theirs } = await jwtVerify(text, PUBLIC, {
    algorithms: ['EdDSA'],
    issuer: ISSUER,
    audience: token.audience,
    subject: token.subject,
    requiredClaims: ['iat', 'exp'],
    clockTolerance: CLOCK_SKEW,
    currentDate: new Date(NOW * 1000),
  });
  equal(theirs.exp, token.expiresAt);
  decided(token);
}

const REFUSED = ['jwk', 'jku', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc', 'cty'];

/** One text for one value: whatever is taken apart goes together again to the very same text. */
function apart(text: string): void {
  const taken = splitToken(text);
  const { header, payload, signed, signature } = taken;
  const [first = ''] = text.split('.');
  ok(first.length <= MAX_HEADER && text.length <= MAX_TOKEN);
  equal(`${first}.${payload}.${signature}`, text);
  equal(`${signed}.${signature}`, text);
  const said = objectReading(Buffer.from(first, 'base64url'), MAX_MEMBERS);
  equal(said?.['alg'], header.alg);
  equal(said?.['kid'], header.kid);
  ok(!REFUSED.some(name => said?.[name] !== undefined), 'a header that says more than we read was taken');
  equal(Buffer.from(first, 'base64url').toString('base64url'), first);
}

/** The claims are read exactly when an independent reader takes the bytes, and as the same. */
async function read(text: string): Promise<void> {
  const taken = await run(CODES, () => splitToken(text));
  if (taken.error) return;
  const { payload, signature } = taken.value;
  const bytes = Buffer.from(payload, 'base64url');
  const canonical = bytes.toString('base64url') === payload;
  const claimed = await run(CODES, () => readTokenClaims(taken.value));
  deepEqual(
    claimed.error ? undefined : claimed.value,
    canonical ? objectReading(bytes, MAX_MEMBERS) : undefined,
  );
  const signing = await run(CODES, () => readSignature(taken.value));
  if (!signing.error) equal(Buffer.from(signing.value).toString('base64url'), signature);
}

const GENUINE = [
  forge(HEADER, JSON.stringify(CLAIMS)),
  forge(
    JSON.stringify({ alg: 'EdDSA', kid: KEY_ID, typ: 'JWT' }),
    JSON.stringify({ ...CLAIMS, aud: [AUDIENCE] }),
  ),
  forge(HEADER, JSON.stringify({ ...CLAIMS, aud: 'of-the-row', sub: 'ü/𝒳' })),
];

/** What every text must meet; whatever was not read was not verified either. */
async function judged(text: string): Promise<string> {
  const taken = await run(CODES, () => apart(text));
  await read(text);
  const verified = await run(CODES, () => verify(text, NOW));
  if (taken.error) equal(verified.error?.code, taken.error.code);
  if (verified.error) return verified.error.code;
  await agreed(text, verified.value);
  return ACCEPTED;
}

/** Any text as a subject token. Nobody signs here: what is taken is one of the genuine tokens. */
export async function judgeToken(text: string): Promise<string> {
  const outcome = await judged(text);
  ok(outcome !== ACCEPTED || GENUINE.includes(text), 'a token that nobody signed was taken');
  return outcome;
}

/** Header and payload under a good signature: what the issuer itself, or a job that names claims, may say. */
export function judgeSigned(header: string | Uint8Array, payload: string | Uint8Array): Promise<string> {
  return judged(forge(header, payload));
}

function latin1(input: Uint8Array): string {
  return Buffer.from(input).toString('latin1');
}

export const token: Target = {
  name: 'token',
  seeds: GENUINE.map(bytesOf),
  words: ['.', '..', '=', '-', '_', '+', '/', 'e30', 'eyJ', 'AA', 'bnVsbA', '\0', '\n', ' ', 'Bearer '],
  most: MAX_TOKEN + 64,
  judge: input => judgeToken(latin1(input)),
};

// The first NUL parts header from payload: no JSON text holds one.
function parts(input: Uint8Array): [Uint8Array | string, Uint8Array] {
  const at = input.indexOf(0);
  return at < 0 ? [HEADER, input] : [input.subarray(0, at), input.subarray(at + 1)];
}

export const claims: Target = {
  name: 'claims',
  seeds: [
    JSON.stringify(CLAIMS),
    JSON.stringify({ ...CLAIMS, aud: [AUDIENCE], deep: [[[[1.5, null, true]]]] }),
    `${JSON.stringify({ alg: 'EdDSA', kid: KEY_ID, typ: 'JWT' })}\0${JSON.stringify(CLAIMS)}`,
    `${JSON.stringify({ kid: KEY_ID, alg: 'EdDSA', typ: 'application/jwt' })}\0{}`,
  ].map(bytesOf),
  words: [
    ...Object.keys(CLAIMS).map(each => `"${each}":`),
    ...'"SUB":"a",¦"\\u0073ub":"a",¦"__proto__":{},¦"crit":["b64"],¦"b64":false,'.split('¦'),
    ...'"typ":"at+jwt",¦"alg":"none",¦"alg":"HS256",¦"jwk":{},¦"kid":"",¦"a":1,¦\\ud800'.split('¦'),
    ...'\\udc00¦\\u0000¦1.0¦-0¦1e400¦1e-400¦9007199254740993¦1800000030¦1800000031¦1799999700'.split('¦'),
    ...'0.5¦{¦}¦[¦]¦,¦:¦"¦\\¦null¦true¦false¦ ¦\t¦\r\n¦\ufeff¦[[[[¦{"a":'.split('¦'),
  ],
  most: 12_400,
  judge: input => judgeSigned(...parts(input)),
};
