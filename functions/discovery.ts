import { openCompiled } from '../lib/config/compiled.ts';
import { startFunction } from '../lib/lambda/deployed.ts';
import { createHandler } from '../lib/lambda/handler.ts';
import { createDeployedSigner } from '../lib/lambda/signer.ts';
import { answerDiscovery, answerNotFound } from '../lib/protocols/discovery.ts';

const { settings, aws, config } = startFunction(import.meta.dirname);
const { url, audience } = openCompiled(config);
const signer = createDeployedSigner(settings, aws, url);

/** Answers all that others need in order to trust us: metadata, public keys, health. It has no right but to read public keys. */
export const handler = createHandler(
  async request =>
    (await answerDiscovery({ url, audience, publicKeys: () => signer.publicKeys() }, request)) ??
    answerNotFound(),
);
