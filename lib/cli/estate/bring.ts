import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { DumpFile } from '../../estate/aws/dump.ts';
import type { Migration } from '../../estate/aws/migrate.ts';
import { gatherDumps, migrateAll } from '../../estate/gather.ts';
import type { MigratedRole, MigrationSetting } from '../../estate/migrated-role.ts';
import { proposeFiles } from '../../estate/propose.ts';
import { describeMigration } from '../../estate/report/model.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import { writeCount } from '../../language/counted.ts';
import { writeFirstCases } from '../../review/cases/first.ts';
import { writeComplaints } from '../../review/findings.ts';
import { TargetError } from '../../review/targets/trust.ts';
import { JsonError } from '../../token/json.ts';
import { readInput } from '../input.ts';
import { EXIT, Failure, type Flags, readFlag, readFlagTexts, type Terminal, UsageError } from '../verb.ts';
import { listEventFiles } from './events.ts';
import { checkReports, writeReports } from './report.ts';
import { readBroker } from './trustees.ts';

const OWNER = /^(@[\w./-]+|[\w.+-]+@[\w.-]+)$/;

/** Files of a folder that may be dumps: JSON, and policies of octo-sts in checked out repositories. */
const DUMPS = /\.json$|\/\.github\/chainguard\/[^/]+\.sts\.yaml$/;

/** The dumps of `--account`, of which each may be a folder of dumps or of repositories. */
export async function readEstate(flags: Flags): Promise<DumpFile[]> {
  const paths = readFlagTexts(flags, 'account');
  const listed = await Promise.all(
    paths.map(async path => {
      const found = await listEventFiles(path);
      return found.length === 1 && found[0] === path ? found : found.filter(each => DUMPS.test(each));
    }),
  );
  return Promise.all(
    listed.flat().map(async path => ({ path, text: (await readInput(path)).toString('utf8') })),
  );
}

/** Reads a dump. Throws `Failure` for what is none, with the name of the `file` if that is given. */
export function readDump<T>(read: () => T, file?: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof JsonError)) throw error;
    throw new Failure(`${file === undefined ? '' : `${file}: `}${error.message}\n`);
  }
}

function readOwner(flags: Flags): string | undefined {
  const owner = readFlag(flags, 'owners');
  if (owner !== undefined && !OWNER.test(owner))
    throw new UsageError('--owners takes an owner as CODEOWNERS has them, such as @acme/platform.');
  return owner;
}

/** Rows and audience of the broker.yml that is in the folder already. */
function readGround(folder: string | undefined): Pick<MigrationSetting, 'rows' | 'audience' | 'url'> {
  const none = { rows: new Map(), audience: 'https://sts.your-organization.example', url: undefined };
  if (folder === undefined || !existsSync(`${folder}/broker.yml`)) return none;
  const { config, complaints } = loadConfig(folder);
  if (!config) throw new Failure(writeComplaints(complaints));
  return { rows: config.rows, audience: config.audience, url: config.url };
}

/** Reads from flags how a migration is made. */
export function readMigrationSetting(flags: Flags, folder: string | undefined): MigrationSetting {
  return {
    digest: text => createHash('sha256').update(text).digest('hex'),
    findSample: findSampleClaims,
    ...readGround(folder),
    teamTag: readFlag(flags, 'team-tag') ?? 'team',
    broker: readBroker(flags),
    now: Date.now() / 1000,
  };
}

/** Of the whole configuration: what is there stays. */
const KEPT = ['broker.yml', 'invariants.yml', 'teams.yml'];

function listMissing(files: ReadonlyMap<string, string>, folder: string): [string, string][] {
  const missing = [...files].filter(([path]) => !existsSync(`${folder}/${path}`));
  const there = [...files.keys()].filter(path => !KEPT.includes(path) && existsSync(`${folder}/${path}`));
  if (there.length > 0)
    throw new Failure(`Nothing was written. Already there in ${folder}: ${there.slice(0, 20).join(', ')}.\n`);
  return missing;
}

async function writeEstateFiles(
  files: readonly (readonly [string, string])[],
  folder: string,
): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await writeFile(`${folder}/${path}`, text, { flag: 'wx' });
  }
}

async function writeConfig(migration: Migration, folder: string, flags: Flags): Promise<string> {
  const owned = migration.roles.flatMap(({ proposed, account, team }) =>
    proposed ? [{ role: proposed, account, team }] : [],
  );
  if (owned.length === 0) return 'No role could be made, so nothing was written.\n';
  const files = proposeFiles(
    owned,
    ({ role, rows }) => writeFirstCases({ policy: role, rows }),
    readOwner(flags),
  );
  const missing = listMissing(files, folder);
  await writeEstateFiles(missing, folder);
  const { config, complaints } = loadConfig(folder);
  if (!config) throw new Failure(`${folder} does not load as it is now.\n${writeComplaints(complaints)}`);
  return `${folder}: ${writeCount(owned.length, 'role')}, ${writeCount(missing.length, 'file')} written. It loads. Read each role, then lint, test and prove.\n`;
}

function isMigrated(role: MigratedRole): boolean {
  return role.direct === 'gone' || role.proposed?.verdict.is === 'same';
}

/** Brings in the roles of AWS accounts: reports, and writes a configuration where `--into` says where. */
export async function bringAccounts(flags: Flags, terminal: Terminal): Promise<number> {
  checkReports(flags);
  readOwner(flags);
  const folder = readFlag(flags, 'into');
  const files = await readEstate(flags);
  const setting = readMigrationSetting(flags, folder);
  const [issuer, app, owner] = ['issuer', 'app', 'owner'].map(name => readFlag(flags, name));
  const gather = { issuer, app, owner };
  const migration = readDump(() => migrateAll(gatherDumps(files), setting, gather));
  await writeReports(describeMigration(migration), flags, terminal);
  if (folder !== undefined) terminal.error(await writeConfig(migration, folder, flags));
  return migration.roles.every(isMigrated) ? EXIT.done : EXIT.denied;
}
