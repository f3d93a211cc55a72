import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CERTIFICATE } from './destinations.ts';
import { runProgram } from './run-program.ts';
import type { Texts, World } from './world.ts';

/** Which role a client needs, and by which ways it can get it. */
export type Tool = {
  readonly name: string;
  readonly role: 'deploy' | 'google' | 'packages' | 'entra' | 'push';
  /** Whoever has Node, npm, git, bash and curl has it, or `npm ci` in this folder brings it. */
  readonly carried: boolean;
  readonly version: readonly string[];
  readonly words: readonly string[];
  /** What it needs beside a credential, such as where the service is. */
  readonly settings: Texts;
  /** What it prints, on standard output, when the service let it in. */
  readonly served: RegExp;
};

const PROGRAMS = join(import.meta.dirname, 'programs');
const NODE = process.execPath;
function program(name: string, ...words: string[]): string[] {
  return [NODE, join(PROGRAMS, name), ...words];
}
function carriedVersion(name: string): string[] {
  return [
    NODE,
    '-p',
    `'${name} ' + JSON.parse(fs.readFileSync('${join(import.meta.dirname, 'node_modules', name)}/package.json')).version`,
  ];
}

const LET_IN = /\/ASIA\w+/;
const TERRAFORM = `terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  skip_requesting_account_id = true
  skip_metadata_api_check = true
}
data "aws_caller_identity" "now" {}
output "arn" { value = data.aws_caller_identity.now.arn }
`;

/** Where this machine has Terraform's providers, for which nothing is fetched. */
const PROVIDERS = process.env['KITE_STS_TF_PLUGINS'] ?? '/opt/tf-plugins';

async function prepareTerraform(folder: string): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'main.tf'), TERRAFORM);
  await runProgram(['terraform', `-chdir=${folder}`, 'init', `-plugin-dir=${PROVIDERS}`], { HOME: folder });
}

function listAwsTools(world: World): Tool[] {
  const settings = {
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: world.destinations.aws,
  };
  const aws = { role: 'deploy', carried: false, settings, served: LET_IN } as const;
  const sdk = { ...aws, carried: true, version: carriedVersion('@aws-sdk/client-sts') };
  return [
    {
      ...aws,
      name: 'AWS CLI',
      version: ['aws', '--version'],
      words: ['aws', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'],
    },
    {
      ...aws,
      name: 'boto3',
      version: ['python3', '-c', 'import boto3; print("boto3", boto3.__version__)'],
      words: ['python3', join(PROGRAMS, 'boto.py')],
    },
    { ...sdk, name: 'JavaScript SDK', words: program('aws.mjs') },
    { ...sdk, name: 'JavaScript fromHttp', words: program('aws.mjs', 'fromHttp') },
    { ...sdk, name: 'JavaScript fromTokenFile', words: program('aws.mjs', 'fromTokenFile') },
    {
      ...aws,
      name: 'Terraform',
      version: ['terraform', '-version'],
      words: ['terraform', `-chdir=${join(world.folder, 'terraform')}`, 'plan', '-no-color', '-input=false'],
    },
  ];
}

function listGoogleTools(world: World): Tool[] {
  const settings = { GOOGLE_CLOUD_PROJECT: 'acme-prod', STORAGE_AT: world.destinations.google };
  const google = { role: 'google', carried: true, settings } as const;
  return [
    {
      ...google,
      carried: false,
      name: 'gcloud',
      version: ['gcloud', '--version'],
      words: ['gcloud', 'auth', 'print-access-token'],
      served: /^ya29\.local-/m,
    },
    {
      ...google,
      name: 'google-auth-library',
      version: carriedVersion('google-auth-library'),
      words: program('google-auth.mjs'),
      served: /^ya29\.local-/m,
    },
    {
      ...google,
      name: '@google-cloud/storage',
      version: carriedVersion('@google-cloud/storage'),
      words: program('google-storage.mjs'),
      served: /^let-in$/m,
    },
  ];
}

/** A wheel with nothing in it, for twine, which looks into it. */
const WHEEL = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1], 'w')
for name, text in (('METADATA', 'Metadata-Version: 2.1\\nName: greeting\\nVersion: 1.0\\n'),
                   ('WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'), ('RECORD', '')):
    z.writestr('greeting-1.0.dist-info/' + name, text)
`;
function prepareWheel(file: string) {
  return runProgram(['python3', '-c', WHEEL, file], {});
}

function listPackageTools({ destinations: { secure }, folder }: World): Tool[] {
  const packages = { role: 'packages', carried: false, settings: {} } as const;
  return [
    {
      ...packages,
      name: 'npm',
      carried: true,
      version: ['npm', '--version'],
      words: ['npm', 'view', 'greeting', 'description'],
      settings: {
        NPM_CONFIG_CAFILE: CERTIFICATE,
        NPM_CONFIG_FETCH_RETRIES: '0',
        NPM_CONFIG_UPDATE_NOTIFIER: 'false',
      },
      served: /^let in$/m,
    },
    {
      ...packages,
      name: 'pip',
      version: ['pip', '--version'],
      words: ['pip', 'index', 'versions', 'greeting', '--retries', '0', '--disable-pip-version-check'],
      settings: { PIP_CERT: CERTIFICATE },
      served: /^greeting \(1\.0\)$/m,
    },
    {
      ...packages,
      name: 'twine',
      version: ['twine', '--version'],
      words: [
        'twine',
        'upload',
        '--non-interactive',
        '--disable-progress-bar',
        join(folder, 'greeting-1.0-py3-none-any.whl'),
      ],
      settings: { TWINE_CERT: CERTIFICATE },
      served: /^Uploading greeting/m,
    },
    {
      ...packages,
      name: 'docker config',
      version: ['docker', '--version'],
      words: ['docker', 'manifest', 'inspect', '--insecure', `${secure}/npm/web:1`],
      settings: {},
      served: /docker\.container\.image\.v1\+json/,
    },
    {
      ...packages,
      name: 'skopeo',
      version: ['skopeo', '--version'],
      words: [
        'sh',
        '-c',
        `skopeo list-tags --authfile "$DOCKER_CONFIG/config.json" --tls-verify=false docker://${secure}/npm/web`,
      ],
      served: /"let-in"/,
    },
  ];
}

/** Microsoft's library reads its federated token from a file: the one that a way gives. */
function listAzureTools({ destinations: { secure } }: World): Tool[] {
  const reads = `AZURE_FEDERATED_TOKEN_FILE=$KITE_STS_TOKEN_FILE exec '${NODE}' '${join(PROGRAMS, 'azure.mjs')}'`;
  return [
    {
      name: '@azure/identity',
      role: 'entra',
      carried: true,
      version: carriedVersion('@azure/identity'),
      words: ['sh', '-c', reads],
      settings: {
        AZURE_TENANT_ID: 'tenant',
        AZURE_CLIENT_ID: 'client',
        AZURE_AUTHORITY_HOST: `https://${secure}`,
        NODE_EXTRA_CA_CERTS: CERTIFICATE,
      },
      served: /^entra-let-in$/m,
    },
  ];
}

function listGitTools({ destinations: { secure } }: World): Tool[] {
  return [
    {
      name: 'git',
      role: 'push',
      carried: true,
      version: ['git', '--version'],
      words: ['git', 'ls-remote', `https://${secure}/acme/web.git`],
      settings: { GIT_SSL_CAINFO: CERTIFICATE, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
      served: /refs\/heads\/let-in$/m,
    },
  ];
}

export function listTools(world: World): Tool[] {
  return [
    ...listAwsTools(world),
    ...listGoogleTools(world),
    ...listAzureTools(world),
    ...listPackageTools(world),
    ...listGitTools(world),
  ];
}

/** What tools need on disk before the first of them runs. */
export async function prepareTools({ folder }: World, tools: readonly Tool[]): Promise<void> {
  const has = (name: string): boolean => tools.some(tool => tool.name === name);
  if (has('Terraform')) await prepareTerraform(join(folder, 'terraform'));
  if (has('twine')) await prepareWheel(join(folder, 'greeting-1.0-py3-none-any.whl'));
}
