import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../lib/config/load.ts';
import { readAwsEstate } from '../../lib/estate/aws/dump.ts';
import { DRIFT, type DriftSetting, findDrift, listSettled, nameFinding } from '../../lib/estate/drift.ts';
import { gatherDumps, listForeignTrusts } from '../../lib/estate/gather.ts';
import { folderOf } from '../harness/local.ts';
import { rowsOf } from '../harness/markdown.ts';
import { BROKER } from './aws/migrated.ts';
import {
  allow,
  details,
  GITHUB_HOST,
  type Json,
  KEYS,
  PROVIDERS,
  policyOf,
  providerArn,
  type RoleWish,
  subject,
} from './dumps.ts';

const CEILING = 'ceiling: { aws: [{ actions: ["s3:GetObject"], resources: ["*"] }] }';
const configWith = (team: string, aws = '') => {
  const { config, complaints } = loadConfig(
    folderOf({
      'broker.yml': 'url: https://sts.test.example\nissuers: [{ preset: buildkite }]\n',
      'teams.yml': `owners: ["@a/b"]\nteams:\n  web: { owners: ["@a/b"], roles: ["*"], targets: { aws: ["*"] }${team} }\n`,
      'roles/web.yml': `trust:\n  - iss: https://agent.buildkite.com\n    claims: { organization_slug: acme, pipeline_slug: web }\naws: { role_arn: "arn:aws:iam::123456789012:role/web", source_identity: false${aws} }\n`,
    }),
  );
  if (!config) throw new Error(JSON.stringify(complaints));
  return config;
};

const TRUSTED = policyOf({
  Effect: 'Allow',
  Principal: { AWS: BROKER },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': 'kite-sts:web' } },
});
const SETTING: DriftSetting = {
  broker: BROKER,
  also: [],
  boundary: undefined,
  accepted: new Set(),
  foreign: [],
};
const WEB: RoleWish = { name: 'web', trust: TRUSTED };
const BOUNDARY = 'arn:aws:iam::123456789012:policy/wall';

const withLength = (dump: Json): Json => ({
  ...dump,
  RoleDetailList: (dump['RoleDetailList'] as Json[]).map(role => ({ ...role, MaxSessionDuration: 3600 })),
});
const found = (dumps: readonly Json[], setting = SETTING, config = configWith('')) =>
  findDrift(readAwsEstate(dumps.map(dump => ({ path: 'd', text: JSON.stringify(dump) }))), config, setting);
const codes = (roles: readonly RoleWish[], setting = SETTING, config = configWith('')): string[] =>
  found(
    [withLength(details(roles)), { OpenIDConnectProviderList: [] }, { AccessKeyMetadata: [] }],
    setting,
    config,
  ).map(({ code }) => code);

test('where all is as the roles say nothing is found', () => {
  expect(codes([WEB])).toEqual([]);
});

const DIRECT = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/web:*')));
const OWN = policyOf({
  Effect: 'Allow',
  Principal: { Federated: providerArn('sts.test.example') },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { 'sts.test.example:sub': 'role:web', 'sts.test.example:aud': 'sts.amazonaws.com' },
  },
});

describe('what is found:', () => {
  test.each<[says: string, roles: RoleWish[], expected: string[]]>([
    ['a role that trusts an issuer', [WEB, { name: 'a', trust: DIRECT }], ['direct-trust']],
    ['a role that trusts the broker’s own issuer is none of them', [WEB, { name: 'a', trust: OWN }], []],
    [
      'a role for everyone',
      [WEB, { name: 'a', trust: policyOf({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }) }],
      ['anyone-trusted'],
    ],
    ['a target that is gone', [{ name: 'other', trust: TRUSTED }], ['target-unknown']],
    [
      'a target that trusts nobody of us',
      [
        {
          name: 'web',
          trust: policyOf({
            Effect: 'Allow',
            Principal: { Service: 'ec2.amazonaws.com' },
            Action: 'sts:AssumeRole',
          }),
        },
      ],
      ['broker-not-trusted', 'principal-other'],
    ],
    [
      'a target that trusts somebody beside us',
      [
        {
          name: 'web',
          trust: policyOf(...(TRUSTED['Statement'] as Json[]), {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::123456789012:user/x' },
            Action: 'sts:AssumeRole',
          }),
        },
      ],
      ['principal-other'],
    ],
    [
      'a target that demands no ExternalId',
      [
        {
          name: 'web',
          trust: policyOf({ Effect: 'Allow', Principal: { AWS: BROKER }, Action: 'sts:AssumeRole' }),
        },
      ],
      ['external-id-not-demanded'],
    ],
    [
      'no dump of the target’s account',
      [{ name: 'web', trust: TRUSTED, account: '999999999999' }],
      ['dump-incomplete'],
    ],
  ])('%s', (_says, roles, expected) => {
    expect(codes(roles).sort()).toEqual([...expected].sort());
  });

  test('providers, keys and what is in no dump', () => {
    const all = found([withLength(details([WEB])), PROVIDERS, KEYS]);
    expect(all.map(({ code }) => code)).toEqual([
      'provider-added',
      'provider-added',
      'provider-added',
      'static-key',
    ]);
    expect(found([withLength(details([WEB]))]).map(({ code }) => code)).toEqual([
      'dump-incomplete',
      'dump-incomplete',
    ]);
  });
});

test('a trust of another cloud is found, but for one in the broker', () => {
  const credential = (issuer: string) => ({
    id: 'x',
    name: 'main',
    issuer,
    subject: 'role:web',
    audiences: ['x'],
  });
  const text = JSON.stringify([
    credential('https://token.actions.githubusercontent.com'),
    credential('https://sts.test.example'),
  ]);
  const given = { issuer: undefined, app: undefined, owner: undefined };
  const foreign = listForeignTrusts(gatherDumps([{ path: 'app.json', text }]), given);
  const all = codes([WEB], { ...SETTING, foreign });
  expect([foreign.length, all]).toEqual([2, ['direct-trust']]);
});

describe('a permissions boundary', () => {
  const bounded = configWith(`, ${CEILING}`);
  test.each<
    [
      says: string,
      role: RoleWish,
      setting: DriftSetting,
      config: ReturnType<typeof configWith>,
      expected: string[],
    ]
  >([
    ['is looked for behind a ceiling', WEB, SETTING, bounded, ['boundary-missing']],
    ['is not missed without one', WEB, SETTING, configWith(''), []],
    ['stands', { ...WEB, boundary: BOUNDARY }, SETTING, bounded, []],
    ['is demanded', WEB, { ...SETTING, boundary: BOUNDARY }, configWith(''), ['boundary-missing']],
    [
      'is another one',
      { ...WEB, boundary: `${BOUNDARY}2` },
      { ...SETTING, boundary: BOUNDARY },
      configWith(''),
      ['boundary-differs'],
    ],
  ])('%s', (_says, role, setting, config, expected) => {
    expect(codes([role], setting, config)).toEqual(expected);
  });
});

test('what was accepted is known, until it says something else; what is gone is told', () => {
  const dumps = [
    withLength(details([WEB, { name: 'a', trust: DIRECT }])),
    { OpenIDConnectProviderList: [] },
    { AccessKeyMetadata: [] },
  ];
  const accepted = new Set([
    ...found(dumps).map(nameFinding),
    nameFinding({ code: 'static-key', of: 'x', detail: undefined }),
  ]);
  const again = found(dumps, { ...SETTING, accepted });
  expect(again.map(({ known }) => known)).toEqual([true]);
  expect(listSettled(again, accepted)).toHaveLength(1);
  const wider = policyOf(allow(GITHUB_HOST, subject(GITHUB_HOST, 'repo:acme/*')));
  const changed = found([withLength(details([WEB, { name: 'a', trust: wider }])), ...dumps.slice(1)], {
    ...SETTING,
    accepted,
  });
  expect(changed.map(({ known }) => known)).toEqual([false]);
});

test('the reference has each code with what it says', () => {
  const rows = rowsOf('docs/reference/cli-estate.md', 'code of drift').map(([code = '', says]) => [
    code.replaceAll('`', ''),
    says,
  ]);
  expect(Object.fromEntries(rows)).toEqual(DRIFT);
});
