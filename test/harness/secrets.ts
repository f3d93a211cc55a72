import { findSignatureFault } from '../../lib/local/signature.ts';
import { DUMMY_KEYS } from '../../lib/local/sts.ts';
import { receivedRequest } from './broker.ts';
import { awsAt, testServer } from './server.ts';

/** A Secrets Manager on loopback with these secrets by their ARNs, which may be changed while it runs. */
export async function testSecrets(secrets: Map<string, string>) {
  const fault = (type: string) => ({ status: 400, body: { __type: type, Message: 'no' } });
  const server = await testServer(asked => {
    if (findSignatureFault(receivedRequest(asked), DUMMY_KEYS, 'secretsmanager'))
      return fault('InvalidSignatureException');
    if (asked.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
      return fault('InvalidRequestException');
    const { SecretId } = JSON.parse(asked.body) as { SecretId: string };
    const SecretString = secrets.get(SecretId);
    return SecretString === undefined
      ? fault('ResourceNotFoundException')
      : { status: 200, body: { ARN: SecretId, SecretString } };
  });
  return { setting: awsAt(server.port), asked: server.asked };
}
