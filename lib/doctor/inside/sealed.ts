import { readAwsList } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { askAccount, createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('sealed-key');
const DAY = 24 * 60 * 60;

function judgeDays(table: string, said: JsonObject, now: number): Diagnosis {
  const days = readAwsList(said['Items']).map(({ day }) => String((day as { readonly S?: string }).S));
  const newest = days.sort().at(-1);
  const mend = 'See the log of the function rotation';
  if (newest === undefined)
    return CHECK.wrong(table, 'no key was made yet, so KMS signs each token', `${mend}.`);
  if (Math.floor((Date.parse(newest) / 1000 - now) / DAY) < 0)
    return CHECK.wrong(
      table,
      `the newest key is of ${newest}: none was made for days`,
      `${mend}, and its alarm. KMS signs when the last one has ended.`,
    );
  return CHECK.ok(table, `${days.length} keys, the newest of ${newest}`);
}

/** Looks whether keys of the day are still made, two days before they sign. Nothing that is sealed is read. */
export async function examineSealedKeys(opened: Opened): Promise<Diagnosis | readonly Diagnosis[]> {
  const table = opened.resources.find(({ id }) => id === 'SealedKeyTable');
  if (!table) return [];
  const input = {
    TableName: table.name,
    Select: 'SPECIFIC_ATTRIBUTES',
    ProjectionExpression: '#0',
    ExpressionAttributeNames: { '#0': 'day' },
  };
  return askAccount(opened.read, { check: CHECK, of: table.name, right: 'dynamodb:Scan', input }, said =>
    judgeDays(table.name, said, opened.now),
  );
}
