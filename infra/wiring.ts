import { type FunctionName, findWiredSettings, type Part, type WiredSetting } from '../lib/config/wiring.ts';
import type { Text } from './cloudformation.ts';
import type { TemplateInput } from './input.ts';
import { appSetting } from './resources/apps.ts';
import { givesSessions, identitySetting } from './resources/identities.ts';
import { fetchesKeys, issuerKeySetting } from './resources/issuers.ts';
import { hearsEvents, jobSetting } from './resources/jobs.ts';
import { keyArn, keysInOrder } from './resources/keys.ts';
import { sealingSetting } from './resources/sealing.ts';
import { spendsTokens, spentSetting } from './resources/spent.ts';
import { switchSetting } from './resources/switches.ts';

/** Which parts a deployment of this configuration has. */
export function findParts({ config, options }: TemplateInput): ReadonlySet<Part> {
  const has: { readonly [part in Part]: boolean } = {
    apps: Object.keys(options.appKeys).length > 0,
    events: hearsEvents(config),
    fetchedKeys: fetchesKeys(config),
    identities: givesSessions(config),
    sealedKeys: options.signing === 'sealed',
    singleUse: spendsTokens(config),
  };
  return new Set((Object.keys(has) as Part[]).filter(part => has[part]));
}

/** The environment of a function: where each table and key is that it is wired to. */
export function writeEnvironment(
  name: FunctionName,
  input: TemplateInput,
): { readonly [name: string]: Text } {
  const { signingKey, appKeys } = input.options;
  const values: { readonly [setting in WiredSetting]: Text } = {
    KITE_STS_SIGNING_KEYS: { 'Fn::Join': [',', keysInOrder(signingKey).map(keyArn)] },
    ...sealingSetting,
    ...switchSetting,
    ...issuerKeySetting,
    ...identitySetting,
    ...spentSetting,
    ...jobSetting,
    ...appSetting(appKeys),
  };
  const wired = findWiredSettings(name, findParts(input)).map(setting => [setting, values[setting]]);
  return { ...Object.fromEntries(wired), KITE_STS_LOG_LEVEL: 'info' };
}
