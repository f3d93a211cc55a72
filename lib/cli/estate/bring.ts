import { createHash } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { DumpFile } from '../../estate/aws/dump.ts';
import type { MigratedRole, Migration, MigrationSetting } from '../../estate/aws/migrate.ts';
import { gatherDumps, migrateAll } from '../../estate/gather.ts';
import { proposeFiles } from '../../estate/propose.ts';
import { describeMigration } from '../../estate/report/model.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import { writeCount } from '../../language/counted.ts';
import { writeFirstCases } from '../../review/cases/first.ts';
import { TargetError } from '../../review/targets/trust.ts';
import { JsonError } from '../../token/json.ts';
import { writeComplaints } from '../findings.ts';
import { readInput } from '../input.ts';
import { EXIT, Failure, type Flags, readFlag, readFlagTexts, type Terminal, UsageError } from '../verb.ts';
import { listEventFiles } from './events.ts';
import { checkReports, writeReports } from './report.ts';

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
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

/** What reading a dump gave. Throws `Failure` where it is none. */
export function readDump<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TargetError || error instanceof JsonError) throw new Failure(`${error.message}\n`);
    throw error;
  }
}

/** The ARN of the role that the broker runs as, if it was given. */
export function readBroker(flags: Flags): string | undefined {
  const broker = readFlag(flags, 'broker-role-arn');
  if (broker !== undefined && !ROLE_ARN.test(broker))
    throw new UsageError(
      '--broker-role-arn takes the ARN of a role, such as arn:aws:iam::111122223333:role/kite-sts.',
    );
  return broker;
}

function readOwner(flags: Flags): string | undefined {
  const owner = readFlag(flags, 'owners');
  if (owner !== undefined && !OWNER.test(owner))
    throw new UsageError('--owners takes an owner as CODEOWNERS has them, such as @acme/platform.');
  return owner;
}

function isWritten(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Rows and audience of the broker.yml that is in the folder already. */
async function readGround(
  folder: string | undefined,
): Promise<Pick<MigrationSetting, 'rows' | 'audience' | 'url'>> {
  const none = { rows: new Map(), audience: 'https://sts.your-organization.example', url: undefined };
  if (folder === undefined || !(await isWritten(`${folder}/broker.yml`))) return none;
  const { config, complaints } = loadConfig(folder);
  if (!config) throw new Failure(writeComplaints(complaints));
  return { rows: config.rows, audience: config.audience, url: config.url };
}

/** What a migration is made with, by the flags. */
export async function readSetting(flags: Flags, folder: string | undefined): Promise<MigrationSetting> {
  return {
    digest: text => createHash('sha256').update(text).digest('hex'),
    findSample: findSampleClaims,
    ...(await readGround(folder)),
    teamTag: readFlag(flags, 'team-tag') ?? 'team',
    broker: readBroker(flags),
    now: Date.now() / 1000,
  };
}

/** Of the whole configuration: what is there stays. */
const KEPT = ['broker.yml', 'invariants.yml', 'teams.yml'];

async function listMissing(files: ReadonlyMap<string, string>, folder: string): Promise<[string, string][]> {
  const missing: [string, string][] = [];
  const there: string[] = [];
  for (const [path, text] of files) {
    if (!(await isWritten(`${folder}/${path}`))) missing.push([path, text]);
    else if (!KEPT.includes(path)) there.push(path);
  }
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

function listOwned(roles: readonly MigratedRole[]) {
  return roles.flatMap(({ proposed, account, team }) =>
    proposed ? [{ role: proposed, account, team }] : [],
  );
}

async function writeConfig({ roles }: Migration, folder: string, flags: Flags): Promise<string> {
  const owned = listOwned(roles);
  if (owned.length === 0) return 'No role could be made, so nothing was written.\n';
  const files = proposeFiles(
    owned,
    ({ role, rows }) => writeFirstCases({ policy: role, rows }),
    readOwner(flags),
  );
  const missing = await listMissing(files, folder);
  await writeEstateFiles(missing, folder);
  const { config, complaints } = loadConfig(folder);
  if (!config) throw new Failure(`${folder} does not load as it is now.\n${writeComplaints(complaints)}`);
  return `${folder}: ${writeCount(owned.length, 'role')}, ${writeCount(missing.length, 'file')} written. It loads. Read each role, then lint, test and prove.\n`;
}

function isWhole({ direct, proposed }: MigratedRole): boolean {
  return direct === 'gone' || proposed?.verdict.is === 'same';
}

/** Brings in the roles of AWS accounts: reports, and writes a configuration where `--into` says where. */
export async function bringAccounts(flags: Flags, terminal: Terminal): Promise<number> {
  checkReports(flags);
  readOwner(flags);
  const folder = readFlag(flags, 'into');
  const files = await readEstate(flags);
  const setting = await readSetting(flags, folder);
  const gather = {
    issuer: readFlag(flags, 'issuer'),
    app: readFlag(flags, 'app'),
    owner: readFlag(flags, 'owner'),
  };
  const migration = readDump(() => migrateAll(gatherDumps(files), setting, gather));
  await writeReports(describeMigration(migration), flags, terminal);
  if (folder !== undefined) terminal.error(await writeConfig(migration, folder, flags));
  return migration.roles.every(isWhole) ? EXIT.done : EXIT.denied;
}
