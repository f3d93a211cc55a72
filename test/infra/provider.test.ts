import { describe, expect, test } from 'vitest';
import { readOptions } from '../../infra/options.ts';
import { HONOURED, REFUSED, UNTOUCHED } from '../../infra/provider.ts';

const BOUNDARY = 'arn:aws:iam::111122223333:policy/teams/boundary';

function refusedBy(provider: object, custom: object = {}): string[] {
  return readOptions(custom, provider).complaints.map(({ rule, place }) => `${rule} ${place.file}`);
}
function settingsOf(provider: object, custom: object = {}) {
  return readOptions(custom, provider).options;
}

describe('I3: honoured', () => {
  test.each([
    [{ iam: { role: { permissionsBoundary: BOUNDARY } } }, { permissionsBoundary: BOUNDARY }],
    [{ rolePermissionsBoundary: BOUNDARY }, { permissionsBoundary: BOUNDARY }],
    [
      { iam: { role: { permissionsBoundary: { 'Fn::ImportValue': 'boundary' } } } },
      { permissionsBoundary: { 'Fn::ImportValue': 'boundary' } },
    ],
    [{ iam: { role: { path: '/ci/' } } }, { path: '/ci/' }],
    [{ iam: { role: { tags: { team: 'platform' } } } }, { roleTags: { team: 'platform' } }],
    [{ vpc: { securityGroupIds: ['sg-1'], subnetIds: ['subnet-1'] } }, { vpc: true }],
    [{ tracing: { lambda: true } }, { tracing: true }],
    [{ tracing: { lambda: 'PassThrough' } }, { tracing: true }],
    [{ tracing: { lambda: false } }, { tracing: false }],
    [{ architecture: 'x86_64' }, { architecture: 'x86_64' }],
    // The framework itself leaves these empty.
    [{ vpc: {} }, { vpc: false }],
  ])('%j', (provider, gives) => {
    expect(settingsOf(provider)?.provider).toMatchObject(gives);
  });

  test('how long logs are kept, in the framework’s own word or in ours', () => {
    expect(settingsOf({ logRetentionInDays: 30 })?.logRetentionDays).toBe(30);
    expect(settingsOf({ logRetentionInDays: 30 }, { logRetentionDays: 30 })?.logRetentionDays).toBe(30);
    expect(refusedBy({ logRetentionInDays: 30 }, { logRetentionDays: 90 })).toEqual([
      'wrong-value serverless.yml custom.kiteSts.logRetentionDays',
    ]);
  });
});

describe('I3: refused by name', () => {
  test.each(Object.keys(REFUSED))('%s', path => {
    const provider = path
      .split('.')
      .reduceRight<unknown>((value, name) => ({ [name]: value }), { some: 'thing' }) as object;
    expect(refusedBy(provider)).toEqual([`wrong-value serverless.yml provider.${path}`]);
  });

  test.each([
    [{ iam: { role: 'arn:aws:iam::111122223333:role/mine' } }, 'wrong-value iam.role'],
    [{ iam: { role: { 'Fn::GetAtt': ['Mine', 'Arn'] } } }, 'wrong-value iam.role'],
    [{ iam: { role: { permissionsBoundary: 'boundary' } } }, 'wrong-value iam.role.permissionsBoundary'],
    [{ iam: { role: { path: 'ci' } } }, 'wrong-value iam.role.path'],
    [{ vpc: { subnetIds: ['subnet-1'] } }, 'missing-key vpc'],
    [{ vpc: { securityGroupIds: ['sg-1'], subnetIds: [] } }, 'missing-key vpc'],
  ])('%j', (provider, at) => {
    const [rule, path] = at.split(' ');
    expect(refusedBy(provider)).toEqual([`${rule} serverless.yml provider.${path}`]);
  });
});

test('no setting is of two kinds', () => {
  const all = [...HONOURED, ...UNTOUCHED, ...Object.keys(REFUSED)];
  expect(new Set(all).size).toBe(all.length);
});
