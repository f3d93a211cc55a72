import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatDigest, hashForPeople, nameDigestFile, nameTarball } from '../../vendor/pin.ts';
import { readManifest } from '../manifest.ts';
import { ISSUER_NAMES, type IssuerName, type StarterOptions, writeStarter } from '../starter.ts';
import { readOwnTarball } from '../tarball.ts';
import { EXIT, Failure, type Flags, printResult, readFlag, UsageError, type Verb } from '../verb.ts';

function readStarterOptions(flags: Flags): StarterOptions {
  const organization = readFlag(flags, 'organization');
  const issuer = readFlag(flags, 'issuer') ?? 'buildkite';
  const region = readFlag(flags, 'region') ?? 'us-east-1';
  const config = readFlag(flags, 'config') ?? 'config';
  if (organization === undefined) throw new UsageError('--organization is needed: it guards every role.');
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/.test(organization))
    throw new UsageError('--organization takes the name in its URL: letters, digits and hyphens.');
  if (!(ISSUER_NAMES as string[]).includes(issuer))
    throw new UsageError(`--issuer takes ${ISSUER_NAMES.join(' or ')}, not "${issuer}".`);
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw new UsageError('--region takes the name of an AWS region, such as eu-central-1.');
  if (!/^[A-Za-z][\w-]*(\/[A-Za-z][\w-]*)*$/.test(config))
    throw new UsageError('--config takes a folder in --folder, such as config or policies/ci.');
  return { organization, issuer: issuer as IssuerName, region, config, drift: flags['drift'] === true };
}

/** Every file of the repository by its path, the tarball last. Throws `Failure` where there is none. */
async function createStarterFiles(
  options: StarterOptions,
  readTarball: () => Promise<Buffer>,
): Promise<Map<string, string | Buffer>> {
  const { version, devDependencies } = await readManifest();
  const path = nameTarball(version);
  const texts = writeStarter(options, { tarball: path, serverless: devDependencies.serverless });
  const bytes = await readTarball();
  return new Map<string, string | Buffer>([
    ...Object.entries(texts),
    [nameDigestFile(version), formatDigest(version, bytes)],
    [path, bytes],
  ]);
}

async function writeStarterFiles(files: ReadonlyMap<string, string | Buffer>, folder: string): Promise<void> {
  const there = [...files.keys()].filter(path => existsSync(`${folder}/${path}`));
  if (there.length > 0) throw new Failure(`Nothing was written. Already there: ${there.join(', ')}.\n`);
  for (const [path, content] of files) {
    await mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await writeFile(`${folder}/${path}`, content, { flag: 'wx' });
  }
}

type WrittenFiles = {
  readonly files: readonly string[];
  readonly tarball: { readonly path: string; readonly sha256: string };
};

function listWritten(files: ReadonlyMap<string, string | Buffer>): WrittenFiles {
  const [path = '', content = ''] = [...files].at(-1) ?? [];
  return { files: [...files.keys()], tarball: { path, sha256: hashForPeople(Buffer.from(content)) } };
}

function describeNext(written: WrittenFiles, config: string): string {
  const { files, tarball } = written;
  return `${files.join('\n')}

sha256 ${tarball.sha256}  ${tarball.path}
That is the kite-sts that ran here. Compare the sha256 with that of the release.

Next: npm install, write your url into ${config}/broker.yml, commit everything (package-lock.json and vendor/ too),
and npm run deploy. After that, npm ci is enough in a fresh clone. Have CODEOWNERS name who reviews vendor/,
package.json, package-lock.json, serverless.yml and the pipelines: whoever writes there decides what is deployed.
`;
}

const INIT: Omit<Verb, 'run'> = {
  options: {
    organization: {
      type: 'string',
      value: 'NAME',
      required: true,
      help: 'Your organization, as the URL of your pipelines or repositories has it.',
    },
    issuer: {
      type: 'string',
      value: 'ISSUER',
      help: 'Who signs the tokens of your jobs: `buildkite` (the default) or `github-actions`.',
    },
    region: {
      type: 'string',
      value: 'REGION',
      help: 'The AWS region to deploy to. The default is `us-east-1`.',
    },
    folder: { type: 'string', value: 'FOLDER', help: 'Where to write. The default is here.' },
    config: {
      type: 'string',
      value: 'FOLDER',
      help: 'The folder in it for broker.yml and roles/. The default is `config`.',
    },
    drift: {
      type: 'boolean',
      help: 'Also `drift.yml` beside policy.yml, and `dump.sh`: they look every night whether your accounts are [as the roles say](cli-estate.md#drift).',
    },
    json: { type: 'boolean', help: 'The files, and the digest of the tarball among them, as JSON.' },
  },
  about: `Writes package.json, serverless.yml, .gitignore, config/broker.yml, a first role with its cases, and what lints
and tests them on a pull request: .buildkite/policy.yml, or .github/workflows/policy.yml. The tarball of this kite-sts
goes into vendor/, and package.json points there: nothing is fetched from a registry under our name.
Never overwrites: when one of them is there already, nothing is written.`,
  examples: [
    'kite-sts init --organization acme',
    'kite-sts init --organization acme --issuer github-actions --region eu-central-1',
  ],
};

/** The verb, with what gives the tarball of this kite-sts. */
export function createInit(readTarball: () => Promise<Buffer>): Verb {
  return {
    ...INIT,
    async run(flags, terminal) {
      const options = readStarterOptions(flags);
      const files = await createStarterFiles(options, readTarball);
      await writeStarterFiles(files, readFlag(flags, 'folder') ?? '.');
      const written = listWritten(files);
      printResult(written, () => describeNext(written, options.config), flags, terminal);
      return EXIT.done;
    },
  };
}

export const init = createInit(readOwnTarball);
