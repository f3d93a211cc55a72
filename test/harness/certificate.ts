import { generateKeyPairSync, sign } from 'node:crypto';

export type Certificate = { readonly key: string; readonly cert: string };

/** One value of DER (X.690): its tag, its length, and what is in it. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}
function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
function pem(label: string, content: Buffer): string {
  return `-----BEGIN ${label}-----\n${content.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

const ECDSA_WITH_SHA256 = sequence(der(6, bytes('2a8648ce3d040302')));
const NAME = sequence(der(0x31, sequence(der(6, bytes('550403')), der(0x0c, Buffer.from('kite-sts test')))));
const VALIDITY = sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));

/** A certificate that signs itself, for a server of this name (RFC 5280). Whoever trusts it names it as a root. */
export function certificateFor(host: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = sequence(der(0x82, Buffer.from(host)));
  const subjectAltName = sequence(der(6, bytes('551d11')), der(4, names));
  const toSign = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    NAME,
    VALIDITY,
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(subjectAltName)),
  );
  const signature = der(3, Buffer.from([0]), sign('sha256', toSign, privateKey));
  const cert = pem('CERTIFICATE', sequence(toSign, ECDSA_WITH_SHA256, signature));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert };
}
