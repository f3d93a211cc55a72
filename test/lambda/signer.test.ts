import { decodeProtectedHeader } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { demandSettings } from '../../lib/config/settings.ts';
import { rotateKey } from '../../lib/keys/rotate.ts';
import { createDeployedSigner, createSealing } from '../../lib/lambda/signer.ts';
import { SEALED_KEY_TABLE } from '../../lib/stores/keys.ts';
import { signerContract } from '../contract/signer.ts';
import { testAws } from '../harness/aws.ts';
import { KEY, NEXT_KEY, SEALING_KEY } from '../harness/kms.ts';
import { AUDIENCE } from '../harness/policy.ts';
import { DAY } from '../harness/sealed.ts';

const aws = await testAws();
const table = await aws.dynamo.makeTable(SEALED_KEY_TABLE.key);

function settings(changes: object = {}) {
  return demandSettings({ KITE_STS_SIGNING_KEYS: `${KEY},${NEXT_KEY}`, ...changes }, []);
}
function sealed() {
  return settings({ KITE_STS_SEALED_KEYS: table, KITE_STS_SEALING_KEY: SEALING_KEY });
}
function now() {
  return Date.now() / 1000;
}

describe('a function without sealed keys', () => {
  test('signs by KMS', async () => {
    const signer = createDeployedSigner(settings(), aws.setting, AUDIENCE);
    const [first, ...others] = await signer.publicKeys();
    expect(decodeProtectedHeader(await signer.sign('JWT', {})).kid).toBe(first?.kid);
    expect(others).toHaveLength(1);
  });
});

describe('a function with sealed keys, over HTTP to KMS and DynamoDB,', () => {
  // As if rotation had run three days ago: its key signs now.
  beforeAll(() => rotateKey(createSealing(sealed(), aws.setting, AUDIENCE), now() - 3 * DAY));

  signerContract(() => createDeployedSigner(sealed(), aws.setting, AUDIENCE));

  test('signs by the key of the day, which KMS opened', async () => {
    aws.kms.reply();
    const signer = createDeployedSigner(sealed(), aws.setting, AUDIENCE);
    const { kid } = decodeProtectedHeader(await signer.sign('JWT', {}));
    expect((await signer.publicKeys()).findIndex(key => key.kid === kid)).toBe(2);
    expect(aws.kms.calls.map(({ operation }) => operation)).toContain('Decrypt');
  });
});

describe('nothing is sealed', () => {
  test.each([
    { name: 'without a table', changes: { KITE_STS_SEALING_KEY: SEALING_KEY } },
    { name: 'without a key that seals', changes: { KITE_STS_SEALED_KEYS: 'table' } },
  ])('$name', ({ changes }) => {
    expect(() => createSealing(settings(changes), aws.setting, AUDIENCE)).toThrow();
  });
});
