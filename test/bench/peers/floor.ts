import {
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  verify,
} from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Answer, Peer } from './peer.ts';

/** Who trusts whom, as a hand-written broker would have it in constants. */
export type FloorSetting = {
  readonly jwk: JsonWebKey & { readonly kid: string };
  readonly issuer: string;
  readonly audience: string;
  readonly organization: string;
  readonly roles: { readonly [name: string]: { readonly arn: string; readonly branch: string } };
  readonly sts: string;
  readonly keys: { readonly id: string; readonly secret: string; readonly session: string };
};

const SKEW = 30;
const REGION = 'us-east-1';
const AGENT = new Agent({ keepAlive: true });

type Claims = { readonly [claim: string]: unknown };

/** The claims of a good token; undefined for any other. */
function readToken(token: string, key: KeyObject, setting: FloorSetting, now: number): Claims | undefined {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) return undefined;
  const { alg, kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
  if (alg !== 'RS256' || kid !== setting.jwk.kid) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const times = claims.exp > now - SKEW && claims.nbf <= now + SKEW && claims.iat <= now + SKEW;
  if (claims.iss !== setting.issuer || claims.aud !== setting.audience || !times) return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  return verify('sha256', signed, key, Buffer.from(signature, 'base64url')) ? claims : undefined;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** SigV4 by hand, with the key of the day kept. */
function createSigner({ keys, sts }: FloorSetting) {
  const host = new URL(sts).host;
  let kept: { readonly day: string; readonly key: KeyObject } | undefined;
  function dayKey(day: string): KeyObject {
    if (kept?.day === day) return kept.key;
    const key = [day, REGION, 'sts', 'aws4_request'].reduce(
      (under, part) => createSecretKey(hmac(under, part)),
      createSecretKey(Buffer.from(`AWS4${keys.secret}`)),
    );
    kept = { day, key };
    return key;
  }
  return (body: string, now: number): { readonly [name: string]: string } => {
    const date = `${new Date(now * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const day = date.slice(0, 8);
    const type = 'application/x-www-form-urlencoded';
    const names = 'content-type;host;x-amz-date;x-amz-security-token';
    const canonical = `POST\n/\n\ncontent-type:${type}\nhost:${host}\nx-amz-date:${date}\nx-amz-security-token:${keys.session}\n\n${names}\n${hash(body)}`;
    const scope = `${day}/${REGION}/sts/aws4_request`;
    const signature = hmac(dayKey(day), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString(
      'hex',
    );
    return {
      host,
      'content-type': type,
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-date': date,
      'x-amz-security-token': keys.session,
      authorization: `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
}

function post(url: string, headers: { readonly [name: string]: string }, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent: AGENT, headers }, reply => {
      const chunks: Buffer[] = [];
      reply.on('data', chunk => chunks.push(chunk));
      reply.on('end', () => resolve(Buffer.concat(chunks).toString()));
      reply.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

function readElement(xml: string, name: string): string {
  const from = xml.indexOf(`<${name}>`) + name.length + 2;
  return xml.slice(from, xml.indexOf('<', from));
}

function refuse(status: number, error: string): Answer {
  return { status, body: JSON.stringify({ error }) };
}

/**
 * The floor: verify, look a role up, sign by SigV4, ask STS, answer. It has no audit event, no limit, no switch and no
 * second look at anything: what it costs is what an exchange costs at least.
 */
export function createFloor(setting: FloorSetting): Peer {
  const key = createPublicKey({ key: setting.jwk, format: 'jwk' });
  const sign = createSigner(setting);
  return async body => {
    const form = new URLSearchParams(body.toString());
    const now = Date.now() / 1000;
    const claims = readToken(form.get('subject_token') ?? '', key, setting, now);
    const role = setting.roles[form.get('audience') ?? ''];
    if (!claims || !role) return refuse(401, 'invalid_token');
    if (claims['organization_slug'] !== setting.organization || claims['build_branch'] !== role.branch)
      return refuse(403, 'access_denied');
    const wanted = `Action=AssumeRole&Version=2011-06-15&RoleArn=${encodeURIComponent(role.arn)}&RoleSessionName=${encodeURIComponent(String(claims['job_id']))}&DurationSeconds=3600`;
    const xml = await post(setting.sts, sign(wanted, now), wanted);
    const [AccessKeyId, SecretAccessKey, SessionToken, Expiration] = [
      'AccessKeyId',
      'SecretAccessKey',
      'SessionToken',
      'Expiration',
    ].map(name => readElement(xml, name));
    return { status: 200, body: JSON.stringify({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }) };
  };
}
