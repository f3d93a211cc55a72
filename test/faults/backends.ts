import { createDynamoTable } from '../../lib/aws/dynamo.ts';
import { createKmsSigner } from '../../lib/keys/kms.ts';
import { createTableIssuerKeys, ISSUER_KEY_TABLE } from '../../lib/stores/issuers.ts';
import { SPENT_TABLE } from '../../lib/stores/spent.ts';
import { createTableSwitches, SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { readKeySet, writeKeySet } from '../../lib/token/keyset.ts';
import { testAws } from '../harness/aws.ts';
import { issuerOfTests } from '../harness/broker.ts';
import { NEXT_KEY } from '../harness/kms.ts';
import { BUILDKITE } from '../harness/policy.ts';
import { testServer } from '../harness/server.ts';
import { readSignedTime } from '../harness/sts.ts';
import { switchOf } from '../harness/switch.ts';
import type { Service } from './fault.ts';

/** Where the key set of the issuer is. */
export const KEYS_PATH = '/jwks';
/** How the name of every table of issuers' keys begins. */
export const ROWS = 'issuer-rows-';

/** A pipeline that every role trusts and an operator switched off. */
export const OFF = 'switched-off';

type Record = { readonly DeliveryStreamName: string; readonly Record: { readonly Data: string } };

/** All that brokers ask, as it is while nothing is broken. One for all cells. */
export type Backends = {
  readonly tables: { readonly spentTable: string; readonly switchTable: string };
  /** A new table of issuers' keys, by its name, and what keeps the keys at this URL there as a refresher does. */
  readonly makeRows: () => Promise<{ readonly name: string; keep(uri: string, at: number): Promise<void> }>;
  readonly urlOf: (service: Service) => string;
  /** What arrived, by the name of the stream. */
  readonly delivered: Map<string, string[]>;
};

export async function backends(): Promise<Backends> {
  const [aws, { jwk }] = [await testAws(readSignedTime), await issuerOfTests()];
  const spentTable = await aws.dynamo.makeTable(SPENT_TABLE.key);
  const switchTable = await aws.dynamo.makeTable(SWITCH_TABLE.key);
  const off = switchOf({ what: 'pipeline', names: [OFF, 'my-organization', BUILDKITE] });
  await createTableSwitches(createDynamoTable(switchTable, aws.setting)).set(off);
  const headers = { 'content-type': 'application/json' };
  const issuer = await testServer(() => ({ status: 200, headers, body: { keys: [jwk] } }));
  const delivered = new Map<string, string[]>();
  const sink = await testServer(({ body }) => {
    const { DeliveryStreamName: name, Record } = JSON.parse(body) as Record;
    const line = Buffer.from(Record.Data, 'base64').toString();
    delivered.set(name, [...(delivered.get(name) ?? []), line]);
    return { status: 200, headers, body: { RecordId: 'r' } };
  });
  const own: { readonly [service in Service]?: string } = {
    'issuer keys': issuer.url,
    'audit sink': sink.url,
  };
  let made = 0;
  const keys = writeKeySet(
    readKeySet(Buffer.from(JSON.stringify({ keys: [jwk] })), ['RS256'], () => undefined),
  );
  return {
    async makeRows() {
      const name = await aws.dynamo.makeTable(ISSUER_KEY_TABLE.key, `${ROWS}${made++}`);
      const kept = createTableIssuerKeys(
        createDynamoTable(name, aws.setting),
        createKmsSigner({ ...aws.setting, keys: [NEXT_KEY] }),
      );
      return { name, keep: (uri, at) => kept.keep({ issuer: BUILDKITE, uri }, { keys, at }) };
    },
    tables: { spentTable, switchTable },
    urlOf: service => own[service] ?? aws.setting.endpoint ?? '',
    delivered,
  };
}
