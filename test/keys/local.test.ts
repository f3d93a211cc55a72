import { expect, test } from 'vitest';
import { createLocalSigner } from '../../lib/keys/local.ts';
import { signerContract } from '../contract/signer.ts';

const signer = createLocalSigner();

signerContract(() => signer);

test('it publishes one key', async () => {
  expect(await signer.publicKeys()).toHaveLength(1);
});

test('each signer has a key of its own', async () => {
  const [one] = await signer.publicKeys();
  const [other] = await createLocalSigner().publicKeys();
  expect(one?.kid).not.toBe(other?.kid);
});
