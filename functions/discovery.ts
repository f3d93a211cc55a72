import { openCompiled } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { handlerOf } from '../lib/lambda/handler.ts';
import { signerOf } from '../lib/lambda/signer.ts';
import { discoveryAnswer, notFound } from '../lib/protocols/discovery.ts';

const settings = demandSettings(process.env);
const { url, audience } = openCompiled(`${import.meta.dirname}/config`);
const signer = signerOf(settings, awsEnvironment(settings.awsEndpoint), url);

/** What others need in order to trust us: metadata, public keys, health. It has no right but to read public keys. */
export const handler = handlerOf(
  async request =>
    (await discoveryAnswer({ url, audience, publicKeys: () => signer.publicKeys() }, request)) ?? notFound(),
);
