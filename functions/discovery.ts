import { openCompiled } from '../lib/config/compiled.ts';
import { demandSettings } from '../lib/config/settings.ts';
import { kmsSigner } from '../lib/keys/kms.ts';
import { awsEnvironment } from '../lib/lambda/environment.ts';
import { handlerOf } from '../lib/lambda/handler.ts';
import { discoveryAnswer, notFound } from '../lib/protocols/discovery.ts';

const settings = demandSettings(process.env);
const { url } = openCompiled(`${import.meta.dirname}/config`);
const signer = kmsSigner({ ...awsEnvironment(settings.awsEndpoint), keys: settings.signingKeys });

/** What others need in order to trust us: metadata, public keys, health. It has no right but to read the public key. */
export const handler = handlerOf(
  async request =>
    (await discoveryAnswer({ url, publicKeys: () => signer.publicKeys() }, request)) ?? notFound(),
);
