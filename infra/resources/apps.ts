import type { Config } from '../../lib/config/load.ts';
import type { Complaints } from '../../lib/language/complaint.ts';
import type { Place } from '../../lib/language/tree.ts';
import { findApp } from '../../lib/policy/targets.ts';
import type { IamStatement } from '../cloudformation.ts';
import { allow } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { locateInService, OPTIONS_PATH } from '../place.ts';
import { SIGNING } from './keys.ts';

type AppKeys = DeployOptions['appKeys'];

function locateKey(path = ''): Place {
  return locateInService(`${OPTIONS_PATH}.appKeys${path}`);
}

/** Checks that the apps of roles and the keys of apps fit together: each app has its key, and its key alone. */
export function checkApps(config: Config, keys: AppKeys, complaints: Complaints): void {
  const used = new Set(config.roles.flatMap(each => findApp(each.template) ?? []));
  for (const { name, template } of config.roles) {
    const app = findApp(template);
    if (app !== undefined && !Object.hasOwn(keys, app))
      complaints
        .at(locateKey())
        .say('missing-key', `The role ${name} is of the app ${app}, which has no key here.`);
  }
  for (const [app, arn] of Object.entries(keys)) {
    if (!used.has(app))
      complaints
        .at(locateKey(`.${app}`))
        .wrongValue('No role is of this app. Remove its key, or mend its id.');
    if (Object.values(keys).filter(each => each === arn).length > 1)
      complaints
        .at(locateKey(`.${app}`))
        .wrongValue('This key is that of another app too. Give each a key of its own.');
  }
}

function createAppRight(
  Sid: string,
  Action: string,
  Resource: readonly string[],
  more: object = {},
): readonly IamStatement[] {
  return Resource.length === 0 ? [] : [allow(Sid, [Action], Resource, more)];
}

/** Lists the rights to sign by these keys, and to read these secrets. */
export function listAppRights(keys: AppKeys): readonly IamStatement[] {
  const arns = Object.values(keys).toSorted();
  const ofKms = arns.filter(arn => arn.split(':')[2] === 'kms');
  return [
    ...createAppRight('ReadAppKeys', 'kms:GetPublicKey', ofKms),
    ...createAppRight('SignAsApps', 'kms:Sign', ofKms, { Condition: SIGNING }),
    ...createAppRight(
      'ReadAppSecrets',
      'secretsmanager:GetSecretValue',
      arns.filter(arn => !ofKms.includes(arn)),
    ),
  ];
}

/** Writes the setting that tells the exchange of them. */
export function writeAppSetting(keys: AppKeys) {
  const pairs = Object.entries(keys).map(pair => pair.join('='));
  return { KITE_STS_APP_KEYS: pairs.toSorted().join(',') };
}
