import { createPublicKey, type KeyObject } from 'node:crypto';
import { publishKey } from '../../keys/local.ts';
import { readInput } from '../input.ts';
import { EXIT, Failure, printJson, readFlag, type Verb } from '../verb.ts';

const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

/** PEM, or base64 of DER, which is how the AWS CLI prints a key of KMS (RFC 5280, SubjectPublicKeyInfo). */
function parsePublicKeyFile(text: string): KeyObject | undefined {
  try {
    return BASE64.test(text)
      ? createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
      : createPublicKey(text);
  } catch {
    // Nothing of it is told: a private key may have been given by mistake.
    return undefined;
  }
}

export const jwks: Verb = {
  words: [
    { name: 'FILE', help: 'A public key in PEM, or as the AWS CLI prints one of KMS; - is standard input.' },
  ],
  options: {},
  about: `The id of the key is its thumbprint (RFC 7638), by which the broker names it in what it signs.`,
  examples: [
    'aws kms get-public-key --key-id alias/kite-sts-buildkite --query PublicKey --output text | kite-sts jwks -',
    'kite-sts jwks public-key.pem',
  ],
  async run(flags, terminal) {
    const file = readFlag(flags, 'FILE') ?? '';
    const key = parsePublicKeyFile((await readInput(file)).toString('utf8').trim());
    if (key?.asymmetricKeyType !== 'rsa')
      throw new Failure(`${file} is no public RSA key in PEM or base64.\n`);
    printJson({ keys: [await publishKey(key)] }, terminal);
    return EXIT.done;
  },
};
