import { createHash } from 'node:crypto';
import { readAwsEstate } from '../../../lib/estate/aws/dump.ts';
import { type Migration, migrate } from '../../../lib/estate/aws/migrate.ts';
import type { MigratedRole, MigrationSetting } from '../../../lib/estate/migrated-role.ts';
import { findSampleClaims } from '../../../lib/jobs/sample.ts';
import { type Json, KEYS, PROVIDERS, small } from '../dumps.ts';

export const BROKER = 'arn:aws:iam::111122223333:role/kite-sts-exchange';

export const SETTING: MigrationSetting = {
  digest: text => createHash('sha256').update(text).digest('hex'),
  findSample: findSampleClaims,
  rows: new Map(),
  audience: 'https://sts.test.example',
  teamTag: 'team',
  broker: BROKER,
  url: 'https://sts.test.example',
  now: Date.parse('2026-12-01T00:00:00Z') / 1000,
};

/** What becomes of these dumps. */
export const migrated = (...dumps: readonly Json[]): Migration =>
  migrate(readAwsEstate(dumps.map(dump => ({ path: 'dump.json', text: JSON.stringify(dump) }))), SETTING);

export const SMALL = migrated(small(), PROVIDERS, KEYS);

export const roleOf = (name: string, { roles }: Migration = SMALL): MigratedRole => {
  const found = roles.find(({ aws }) => aws.name === name);
  if (!found) throw new Error(`no role ${name}`);
  return found;
};
