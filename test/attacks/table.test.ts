/**
 * Somebody with a right to a table of the broker's, and what they got. The rows of issuers' keys, of what is switched off
 * and of used tokens each decide about credentials.
 */
import { describe, expect, test } from 'vitest';
import { createDynamoTable, type Table, type TableItem } from '../../lib/aws/dynamo.ts';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import { createTableIssuerKeys, ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import { createTableSwitches, SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { SOFT_LIFETIME } from '../../lib/token/keys.ts';
import { readKeySet, writeKeySet } from '../../lib/token/keyset.ts';
import { testAws } from '../harness/aws.ts';
import { issuerOfTests, testBroker } from '../harness/broker.ts';
import { propertiesOf, resourcesFor, rightsTo } from '../harness/deploy.ts';
import { TRUST } from '../harness/grant.ts';
import { isDenied } from '../harness/guard.ts';
import { type TestIssuer, testIssuer, tokenClaims } from '../harness/issuer.ts';
import { KEY, NEXT_KEY } from '../harness/kms.ts';
import { sharedKeysAt } from '../harness/network.ts';
import { BUILDKITE, GITHUB, NOW, PROVIDER, rowsFrom } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { switchOf } from '../harness/switch.ts';

const ROLES = { web: `${TRUST}${PROVIDER}\n`, once: `single_use: true\n${TRUST}${PROVIDER}\n` };
function setOf(jwk: object): string {
  return writeKeySet(readKeySet(Buffer.from(JSON.stringify({ keys: [jwk] })), ['RS256'], () => undefined));
}

type Code = string;
function codeOf({ status, body }: { readonly status: number; readonly body: string }): Code {
  return status === 200 ? 'issued' : `${status} ${(JSON.parse(body) as { readonly code: string }).code}`;
}

const aws = await testAws();
const ours = await issuerOfTests();
/** The attacker's own issuer, with a key under the very id that honest tokens name. */
const theirs = await testIssuer();
const headers = { 'content-type': 'application/json' };
const issuer = await testServer(() => ({ status: 200, headers, body: { keys: [ours.jwk] } }));
const uri = `${issuer.url}/jwks`;
const keyTable = createDynamoTable(await aws.dynamo.makeTable(ISSUER_KEY_TABLE.key), aws.setting);

describe('T93: a row of issuers’ keys', () => {
  const keptBy = (key: string) =>
    createTableIssuerKeys(keyTable, createKmsSigner({ ...aws.setting, keys: [key], patience: 2000 }));

  /** What an honest token and one by the attacker's key get of a process that starts with what is in the table. */
  const got = async (): Promise<readonly [honest: Code, forged: Code]> => {
    const broker = await testBroker({ roles: ROLES, keysFor: sharedKeysAt(uri, keptBy(NEXT_KEY)) });
    const gets = async ({ sign }: TestIssuer) =>
      codeOf(await broker.ask({ subject_token: await sign(tokenClaims()), audience: 'web' }));
    return [await gets(ours), await gets(theirs)];
  };
  const HELD = ['issued', '400 token_signature_invalid'];
  const asKept = async (): Promise<TableItem> => {
    await keptBy(NEXT_KEY).keep({ issuer: BUILDKITE, uri }, { keys: setOf(ours.jwk), at: NOW });
    return (await keyTable.get({ issuer: { S: BUILDKITE } })) ?? {};
  };
  const hostileKeys = async (): Promise<string> => {
    const { kid } = ours.jwk;
    return setOf({ ...theirs.jwk, kid });
  };

  test('as it was kept: served, without asking the issuer', async () => {
    await asKept();
    expect(await got()).toEqual(HELD);
  });

  test.each<{ tried: string; row: () => Promise<TableItem> }>([
    {
      tried: 'keys of the attacker’s in a row of ours',
      row: async () => ({ ...(await asKept()), keys: { S: await hostileKeys() } }),
    },
    {
      tried: 'a row of the attacker’s, in the form of an older version',
      row: async () => ({ issuer: { S: BUILDKITE }, keys: { S: await hostileKeys() }, at: { N: `${NOW}` } }),
    },
    {
      tried: 'a row proven by a key of KMS of the attacker’s',
      row: async () => {
        await keptBy(KEY).keep({ issuer: BUILDKITE, uri }, { keys: await hostileKeys(), at: NOW });
        return (await keyTable.get({ issuer: { S: BUILDKITE } })) ?? {};
      },
    },
    {
      tried: 'the row of an issuer that the attacker runs, under the name of another',
      row: async () => {
        await keptBy(NEXT_KEY).keep({ issuer: GITHUB, uri }, { keys: await hostileKeys(), at: NOW });
        return { ...(await keyTable.get({ issuer: { S: GITHUB } })), issuer: { S: BUILDKITE } };
      },
    },
    {
      tried: 'the row of the same issuer from another URL',
      row: async () => {
        const elsewhere = { issuer: BUILDKITE, uri: 'https://attacker.example/jwks' };
        await keptBy(NEXT_KEY).keep(elsewhere, { keys: await hostileKeys(), at: NOW });
        return (await keyTable.get({ issuer: { S: BUILDKITE } })) ?? {};
      },
    },
    {
      tried: 'a row of five minutes ago, with a key that was withdrawn since',
      row: async () => {
        const old = { keys: await hostileKeys(), at: NOW - SOFT_LIFETIME };
        await keptBy(NEXT_KEY).keep({ issuer: BUILDKITE, uri }, old);
        return (await keyTable.get({ issuer: { S: BUILDKITE } })) ?? {};
      },
    },
  ])('$tried: the issuer is asked, and the attacker is nobody', async ({ row }) => {
    await keyTable.put(await row());
    expect(await got()).toEqual(HELD);
  });

  test('none, since somebody took it away: the issuer is asked', async () => {
    await keyTable.removeIf(
      { issuer: { S: BUILDKITE } },
      { says: 'attribute_exists(#i)', names: { '#i': 'issuer' }, values: {} },
    );
    expect(await got()).toEqual(HELD);
  });
});

describe('a row of what is switched off', () => {
  let name: string;
  let table: Table;
  const issued = async (): Promise<Code> => {
    const tables = { switchTable: name };
    const { ask, issuer } = await testBroker({ roles: ROLES, aws: aws.setting, tables });
    return codeOf(await ask({ subject_token: await issuer.sign(tokenClaims()), audience: 'web' }));
  };
  const fresh = async (): Promise<void> => {
    name = await aws.dynamo.makeTable(SWITCH_TABLE.key);
    table = createDynamoTable(name, aws.setting);
    await createTableSwitches(table).set(switchOf({ what: 'role', names: ['web'] }));
  };

  test('as an operator wrote it: it strikes', async () => {
    await fresh();
    expect(await issued()).toBe('400 role_switched_off');
  });

  test.each<{ tried: string; row: TableItem; got: Code }>([
    { tried: 'its state in other letters', row: { state: { S: 'Enabled' } }, got: '400 role_switched_off' },
    { tried: 'its state taken out', row: {}, got: '400 role_switched_off' },
    { tried: 'its state as a number', row: { state: { N: '1' } }, got: '400 role_switched_off' },
  ])('with $tried: it still strikes', async ({ row, got }) => {
    await fresh();
    await table.put({ [SWITCH_TABLE.key]: { S: JSON.stringify(['role', 'web']) }, ...row });
    expect(await issued()).toBe(got);
  });

  test('beside one that cannot be read: nothing is issued', async () => {
    await fresh();
    await table.put({ [SWITCH_TABLE.key]: { S: '["rôle","web"]' } });
    expect(await issued()).toBe('503 switches_unavailable');
  });

  test('and its table is gone: nothing is issued, and who operates is told', async () => {
    name = 'gone';
    expect(await issued()).toBe('400 broker_misconfigured');
  });
});

describe('T93: by the table’s own policy, as AWS evaluates it,', () => {
  const OPERATOR = 'arn:aws:iam::111122223333:role/on-call';
  const ADMINISTRATOR = 'arn:aws:iam::111122223333:role/Administrator';
  const resources = resourcesFor({
    options: { operators: [OPERATOR] },
    ground: { rows: rowsFrom('- preset: buildkite') },
    also: [`single_use: true\n${PROVIDER}`],
  });
  test.each([
    ['an administrator', 'switches on', ADMINISTRATOR, 'PutItem', 'SwitchTable'],
    ['an operator', 'removes a switch', OPERATOR, 'DeleteItem', 'SwitchTable'],
    ['an administrator', 'ends the switches', ADMINISTRATOR, 'DeleteTable', 'SwitchTable'],
    ['the exchange', 'switches on', 'ExchangeRole', 'PutItem', 'SwitchTable'],
    ['the exchange', 'adds a key', 'ExchangeRole', 'PutItem', 'IssuerKeyTable'],
    ['an administrator', 'adds a key', ADMINISTRATOR, 'PartiQLInsert', 'IssuerKeyTable'],
    ['an operator', 'lets a token be used twice', OPERATOR, 'DeleteItem', 'SpentTable'],
    ['the refresher', 'lets a token be used twice', 'RefresherRole', 'PartiQLDelete', 'SpentTable'],
  ])('%s %s: denied', (_who, _tried, principal, action, table) => {
    expect(isDenied(propertiesOf(resources, table), { principal, action })).toBe(true);
  });

  test('the function that reads hostile issuers signs as the broker: it has no right to our keys', () => {
    for (const key of ['FirstSigningKey', 'SecondSigningKey']) {
      expect(rightsTo(key, resources).filter(([name]) => name.startsWith('Refresher'))).toEqual([]);
      expect(JSON.stringify(propertiesOf(resources, key))).not.toContain('RefresherRole');
    }
  });
});
