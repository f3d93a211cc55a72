import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingName } from './settings.ts';

/**
 * Each is functions/<name>.ts, and one function of the deployment; `rotation` of one with sealed keys alone,
 * `refresher` of one that fetches keys of issuers, `authorizer` of one with registries, and `events` of one that hears
 * of jobs.
 */
export const FUNCTIONS = ['exchange', 'discovery', 'rotation', 'refresher', 'authorizer', 'events'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

/** A part that only some deployments have. */
export type Part = 'apps' | 'events' | 'fetchedKeys' | 'identities' | 'sealedKeys' | 'singleUse';

type Wire = { readonly to: readonly FunctionName[]; readonly where?: Part };

/** Whoever signs, publishes or checks what we signed; which of these it may do is said by its rights. */
const SIGNERS = ['exchange', 'discovery', 'rotation', 'authorizer'] as const;

/**
 * Every table and key that a function is told of, and which functions: each always, or where the deployment has that
 * part. The template writes a function's environment from this, and the function does not start without all of it.
 */
export const WIRING = {
  KITE_STS_SIGNING_KEYS: { to: SIGNERS },
  KITE_STS_SEALED_KEYS: { to: SIGNERS, where: 'sealedKeys' },
  KITE_STS_SEALING_KEY: { to: SIGNERS, where: 'sealedKeys' },
  KITE_STS_SWITCH_TABLE: { to: ['exchange', 'authorizer'] },
  KITE_STS_ISSUER_KEY_TABLE: { to: ['exchange', 'authorizer', 'refresher'], where: 'fetchedKeys' },
  KITE_STS_ISSUER_KEY_PROOF: { to: ['exchange', 'authorizer', 'refresher'], where: 'fetchedKeys' },
  KITE_STS_IDENTITY_TABLE: { to: ['exchange'], where: 'identities' },
  KITE_STS_SPENT_TABLE: { to: ['exchange'], where: 'singleUse' },
  KITE_STS_JOB_TABLE: { to: ['exchange', 'events'], where: 'events' },
  KITE_STS_APP_KEYS: { to: ['exchange'], where: 'apps' },
} as const satisfies { readonly [name in SettingName]?: Wire };

export type WiredSetting = keyof typeof WIRING;

/** Finds the settings that this function of a deployment with these parts is told. */
export function findWiredSettings(name: FunctionName, parts: ReadonlySet<Part>): readonly WiredSetting[] {
  return (Object.keys(WIRING) as WiredSetting[]).filter(setting => {
    const { to, where }: Wire = WIRING[setting];
    return to.includes(name) && (where === undefined || parts.has(where));
  });
}

const FILE = 'wiring.json';

/** Writes beside a function's code what it must be told. */
export function writeWiring(folder: string, settings: readonly WiredSetting[]): void {
  writeFileSync(join(folder, FILE), `${JSON.stringify(settings)}\n`);
}

/** Reads what this function must be told. Throws where that was not packaged. */
export function readWiring(folder: string): readonly WiredSetting[] {
  return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as readonly WiredSetting[];
}
