import { IDENTITY_TABLE } from '../../lib/stores/identities.ts';
import { SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { testAccount } from '../harness/account.ts';
import { arnOf } from '../harness/deploy.ts';
import { endAll } from '../harness/endings.ts';
import { KEY, NEXT_KEY } from '../harness/kms.ts';
import { roleArn } from '../harness/stack.ts';

const ACTIONS = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Scan',
  'kms:GetPublicKey',
  'kms:Sign',
  'sts:AssumeRole',
];
const ROLE = 'ExchangeRole';

/** An AWS account on loopback at one address. It checks what is signed, and its KMS really signs. */
export async function upstream() {
  const account = await testAccount();
  const all = [{ Action: ACTIONS, Resource: ['*'] }];
  for (const key of [KEY, NEXT_KEY]) account.keyPolicies.set(key, all);
  const trusts = roleArn(ROLE);
  account.targets.set(arnOf('deploy'), { trusts, externalId: 'kite-sts:deploy', maxSeconds: 3600 });
  const { keys, sessionToken } = account.join(ROLE, all);
  return {
    /** What a function's environment needs in order to find them. */
    environment: {
      KITE_STS_AWS_ENDPOINT: account.setting.endpoint ?? '',
      KITE_STS_SIGNING_KEYS: `${KEY},${NEXT_KEY}`,
      KITE_STS_SWITCH_TABLE: await account.dynamo.makeTable(SWITCH_TABLE.key),
      KITE_STS_IDENTITY_TABLE: await account.dynamo.makeTable(IDENTITY_TABLE.key),
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    },
    close: () => void endAll(),
  };
}
