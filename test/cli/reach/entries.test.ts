import { describe, expect, test } from 'vitest';
import {
  EntryRefused,
  isRegistryEntry,
  readEntry,
  readReachEntries,
} from '../../../lib/cli/reach/entries.ts';
import { findListedRegistry } from '../../../lib/cli/reach/registries.ts';

const CA = 'ab'.repeat(32);
const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const EKS = `eks/eu-central-1/prod=https://ABC.gr7.eu-central-1.eks.amazonaws.com#${CA}`.toLowerCase();

test.each([
  [ECR, { kind: 'ecr', region: 'eu-central-1', api: 'api.ecr.eu-central-1.amazonaws.com' }],
  [ECR.replace('ecr', 'ecr-fips'), { kind: 'ecr', api: 'ecr-fips.eu-central-1.amazonaws.com' }],
  [
    '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn',
    { kind: 'ecr', api: 'api.ecr.cn-north-1.amazonaws.com.cn' },
  ],
  ['123456789012.dkr-ecr.us-east-1.on.aws', { kind: 'ecr', api: 'ecr.us-east-1.api.aws' }],
  ['public.ecr.aws', { kind: 'ecr-public', region: 'us-east-1' }],
  ['europe-west1-docker.pkg.dev', { kind: 'artifact-registry' }],
  [
    'packages.buildkite.com=https://packages.buildkite.com/acme/images',
    { kind: 'subject-token', host: 'packages.buildkite.com', user: 'buildkite' },
  ],
  [
    'images.acme.example:5000=https://images.acme.example',
    { kind: 'subject-token', host: 'images.acme.example:5000' },
  ],
  [
    'acme-tools-123456789012.d.codeartifact.eu-central-1.amazonaws.com',
    { kind: 'codeartifact', domain: 'acme-tools', owner: '123456789012' },
  ],
  [
    'deploy@db.abc.eu-central-1.rds.amazonaws.com:5432',
    { kind: 'rds', user: 'deploy', port: 5432, region: 'eu-central-1' },
  ],
  [EKS, { kind: 'eks', cluster: 'prod', region: 'eu-central-1', ca: CA }],
  [`gke=https://34.1.2.3#${CA}`, { kind: 'gke', server: 'https://34.1.2.3', ca: CA }],
])('%s is an entry', (written, read) => {
  expect(readEntry(written)).toMatchObject(read);
});

describe('T95: what only looks like one is none', () => {
  test.each([
    `${ECR}.evil.io`,
    `evil.${ECR}`,
    `${ECR}/image`,
    `${ECR}:443`,
    `https://${ECR}`,
    '12345678901.dkr.ecr.eu-central-1.amazonaws.com',
    'public.ecr.aws.evil.io',
    'europe-docker.pkg.dev.evil.io',
    'evil.io/europe-docker.pkg.dev',
    'packages.buildkite.com=https://packages.buildkite.com',
    'packages.buildkite.com=https://evil.example/acme/images',
    'images.acme.example',
    'deploy@db.abc.eu-central-1.rds.amazonaws.com.evil.io:5432',
    'deploy@db.abc.eu-central-1.rds.amazonaws.com',
    EKS.replace(/#.*/, ''),
    EKS.replace('https', 'http'),
    `gke=https://34.1.2.3#${CA.slice(1)}`,
    `gke=https://34.1.2.3/path#${CA}`,
    '',
    '*',
    'docker.io',
  ])('%s', written => {
    expect(() => readEntry(written)).toThrow(EntryRefused);
  });
});

describe('T95: a helper answers the hosts that the set-up lists, whole', () => {
  const entries = readReachEntries(`${ECR}  public.ecr.aws ${EKS}`).filter(isRegistryEntry);

  test.each([ECR, `https://${ECR}`, 'public.ecr.aws'])('%s', asked => {
    expect(findListedRegistry(entries, asked)).toBeDefined();
  });

  test.each([
    `${ECR}.evil.io`,
    `https://${ECR}.evil.io`,
    `https://${ECR}/v2/`,
    `http://${ECR}`,
    `${ECR}:8443`,
    `x@${ECR}`,
    ECR.replace('123456789012', '999999999999'),
    ECR.replace('eu-central-1', 'us-east-1'),
    ECR.toUpperCase(),
    ` ${ECR}`,
    'https://index.docker.io/v1/',
    '',
  ])('and nobody else: %s', asked => {
    expect(findListedRegistry(entries, asked)).toBeUndefined();
  });
});
