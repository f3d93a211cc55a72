import { findSignatureFault } from '../../lib/local/signature.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { httpRequest } from './broker.ts';
import { type Asked, testServer } from './server.ts';

function signedWrong({ method, path, headers, body }: Asked): boolean {
  const names = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const request = httpRequest({ method, path, headers: names, body: Buffer.from(body) });
  return findSignatureFault(request, DUMMY_KEYS, 'secretsmanager') !== undefined;
}

/** A Secrets Manager on loopback with these secrets by their ARNs, which may be changed while it runs. */
export async function testSecrets(secrets: Map<string, string>) {
  const fault = (type: string) => ({ status: 400, body: { __type: type, Message: 'no' } });
  const server = await testServer(asked => {
    if (signedWrong(asked)) return fault('InvalidSignatureException');
    if (asked.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return fault('InvalidRequestException');
    const { SecretId } = JSON.parse(asked.body) as { SecretId: string };
    const SecretString = secrets.get(SecretId);
    return SecretString === undefined
      ? fault('ResourceNotFoundException')
      : { status: 200, body: { ARN: SecretId, SecretString } };
  });
  const { url: endpoint, asked } = server;
  return { setting: { region: 'us-east-1', endpoint, credentials: DUMMY_KEYS, random: () => 0 }, asked };
}
