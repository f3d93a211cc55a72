import { type FunctionName, findWiredSettings, type Part, type WiredSetting } from '../lib/config/wiring.ts';
import type { TemplateText } from './cloudformation.ts';
import type { TemplateInput } from './input.ts';
import { writeAppSetting } from './resources/apps.ts';
import { identitySetting, needsIdentityTable } from './resources/identities.ts';
import { issuerKeySetting, needsFetchedKeys } from './resources/issuers.ts';
import { jobSetting, needsEvents } from './resources/jobs.ts';
import { getKeyArn, orderSigningKeys } from './resources/keys.ts';
import { sealingSetting } from './resources/sealing.ts';
import { needsSpentTable, spentSetting } from './resources/spent.ts';
import { switchSetting } from './resources/switches.ts';

/** Which parts a deployment of this configuration has. */
export function findParts(input: TemplateInput): ReadonlySet<Part> {
  const { config, options } = input;
  const has: { readonly [part in Part]: boolean } = {
    apps: Object.keys(options.appKeys).length > 0,
    events: needsEvents(config),
    fetchedKeys: needsFetchedKeys(config),
    identities: needsIdentityTable(config),
    sealedKeys: options.signing === 'sealed',
    singleUse: needsSpentTable(config),
  };
  return new Set((Object.keys(has) as Part[]).filter(part => has[part]));
}

/** The environment of a function: where each table and key is that it is wired to. */
export function writeEnvironment(
  name: FunctionName,
  input: TemplateInput,
): { readonly [name: string]: TemplateText } {
  const { signingKey, appKeys } = input.options;
  const values: { readonly [setting in WiredSetting]: TemplateText } = {
    KITE_STS_SIGNING_KEYS: { 'Fn::Join': [',', orderSigningKeys(signingKey).map(getKeyArn)] },
    ...sealingSetting,
    ...switchSetting,
    ...issuerKeySetting,
    ...identitySetting,
    ...spentSetting,
    ...jobSetting,
    ...writeAppSetting(appKeys),
  };
  const wired = findWiredSettings(name, findParts(input)).map(setting => [setting, values[setting]]);
  return { ...Object.fromEntries(wired), KITE_STS_LOG_LEVEL: 'info' };
}
