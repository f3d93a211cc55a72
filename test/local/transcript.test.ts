import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { writeExchangeCommand } from '../../lib/local/transcript.ts';
import { configFrom, type Local, localBroker, ROLES } from '../harness/local.ts';
import { GITHUB } from '../harness/policy.ts';
import { METHODS, registryFrom } from '../harness/registry.ts';

async function shell(command: string): Promise<unknown> {
  return JSON.parse((await promisify(execFile)('bash', ['-c', command])).stdout);
}

const LOUD = { KITE_STS_LOG_LEVEL: 'info' };
function transcriptOf({ terminal }: Local): string {
  return terminal.written[0] ?? '';
}
function sectionsOf(broker: Local): string[] {
  return transcriptOf(broker).split('── ').slice(1);
}
function nameOf(section: string): string {
  return section.split(/[\n:]/, 1)[0] ?? '';
}
function commandOf(section: string): string {
  return /^curl[\s\S]+?(?=\n\n)/m.exec(section)?.[0] ?? '';
}
function auditOf(section: string): unknown {
  return JSON.parse(/^audit +(.+)$/m.exec(section)?.[1] ?? '{}');
}

const broker = await localBroker(configFrom(), LOUD);
const atStart = [...broker.terminal.written];

test('the transcript has one exchange for each kind of role, and then where it listens', () => {
  expect(sectionsOf(broker).map(nameOf)).toEqual(['deploy', 'publish']);
  expect(atStart.at(-1)).toBe(`listening on ${broker.url}\n`);
});

test.each([
  ['deploy', { issued_token_type: 'urn:kite-sts:params:oauth:token-type:aws-credentials' }],
  ['publish', { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }],
])('the command for %s works in a shell as it stands', async (name, expected) => {
  const section = sectionsOf(broker).find(each => nameOf(each) === name) ?? '';
  expect(await shell(commandOf(section))).toMatchObject({ access_token: expect.any(String), ...expected });
});

test('T54: the credential is masked, and no token stands in a command', () => {
  const text = transcriptOf(broker);
  expect(text.match(/\*{12}/g)).toHaveLength(4);
  expect(text).not.toMatch(/ASIA\w/);
  expect(text).not.toMatch(/local\.\w{8}/);
  expect(text).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
});

test('the audit events of the transcript stand there and are not printed again', () => {
  const shown = sectionsOf(broker).map(auditOf);
  expect(shown).toMatchObject([
    { outcome: 'issued', role: 'deploy', statement: 'pushes to main' },
    { outcome: 'issued', role: 'publish', statement: 'pushes to main' },
  ]);
  expect(atStart).toHaveLength(2);
});

test('T54: tokens of other clouds are told by their kind, and masked', async () => {
  const provider =
    'gcp: { audience: //iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts }';
  const cloud = await localBroker(configFrom({ store: ROLES.publish.replace(/^jwt:.*$/m, provider) }), LOUD);
  expect(transcriptOf(cloud)).toMatch(
    /^credential {2}an access token of gcp ya29\*{12}, for 3[56]\d\d seconds$/m,
  );
  expect(transcriptOf(cloud)).not.toMatch(/ya29\.local-/);
});

describe('of several roles of a kind', () => {
  test('the first that is allowed is told, and the events of those refused are printed', async () => {
    const { release, publish } = ROLES;
    const both = await localBroker(configFrom({ 'a-release': release, publish }), LOUD);
    expect(sectionsOf(both).map(nameOf)).toEqual(['publish']);
    expect(JSON.parse(both.terminal.written[1] ?? '{}')).toMatchObject({
      outcome: 'denied',
      role: 'a-release',
    });
    expect(both.terminal.written).toHaveLength(3);
  });

  test('those of other issuers are passed over for one that a push build could have', async () => {
    const github = `trust: [{ iss: ${GITHUB}, claims: { repository: acme/web } }]\njwt: { audience: https://a.example }\n`;
    const both = await localBroker(configFrom({ 'a-github': github, publish: ROLES.publish }), LOUD);
    expect(sectionsOf(both).map(nameOf)).toEqual(['publish']);
  });

  test('a refusal is told with its code when none is allowed', async () => {
    const none = await localBroker(configFrom({ release: ROLES.release }), LOUD);
    const [section = ''] = sectionsOf(none);
    expect(section).toContain('(trust_not_met)');
    expect(section).toContain('"trust[0]" wants another job');
    expect(auditOf(section)).toMatchObject({ outcome: 'denied', reason: 'no_statement_holds' });
    expect(await shell(commandOf(section))).toMatchObject({ code: 'trust_not_met' });
  });

  test('a first exchange is not made without a Buildkite issuer, and the broker starts all the same', async () => {
    const plain = '[{ issuer: https://plain.example, jwks_uri: https://plain.example/jwks, bind: [tenant] }]';
    const role = 'trust: [{ iss: "https://plain.example", claims: { tenant: t1 } }]';
    const other = await localBroker(configFrom({ plain: role }, plain), LOUD);
    expect(sectionsOf(other).map(nameOf)).toEqual(['plain']);
    expect(transcriptOf(other)).toMatch(/^not asked .*"trust\[0\]".* https:\/\/plain\.example:/m);
    expect(transcriptOf(other)).not.toContain('can be pasted');
  });
});

test('without a role no command is promised, and each registry is told', async () => {
  const broker = await localBroker(
    {
      ...configFrom({}),
      registries: [
        registryFrom(
          `${METHODS}trust: [{ iss: ${GITHUB}, scopes: [read_packages], claims: { repository: acme/web } }]\n`,
        ),
      ],
    },
    LOUD,
  );
  expect(transcriptOf(broker)).not.toContain('can be pasted');
  expect(transcriptOf(broker)).toContain(' /npm.\n');
});

test('an audience with quotation marks is still one word to the shell', async () => {
  const audience = `"it''s-$(id)"`;
  const config = configFrom({ quoting: `audience: '${audience}'\n${ROLES.publish}` });
  const [role] = config.roles;
  if (!role) throw new Error('no role');
  const { url } = await localBroker(config);
  expect(await shell(writeExchangeCommand(url, 'job-1', role))).toHaveProperty('access_token');
});
