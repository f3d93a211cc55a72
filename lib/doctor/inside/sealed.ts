import { readAwsList } from '../../aws/account.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('sealed-key');
const DAY = 24 * 60 * 60;

/** Looks whether keys of the day are still made, two days before they sign. Nothing that is sealed is read. */
export async function examineSealedKeys(opened: Opened): Promise<readonly Diagnosis[]> {
  const { resources, read, now } = opened;
  const table = resources.find(({ id }) => id === 'SealedKeyTable');
  if (!table) return [];
  try {
    const { Items } = await read('dynamodb:Scan', {
      TableName: table.name,
      Select: 'SPECIFIC_ATTRIBUTES',
      ProjectionExpression: '#0',
      ExpressionAttributeNames: { '#0': 'day' },
    });
    const days = readAwsList(Items).map(({ day }) => String((day as { readonly S?: string }).S));
    const newest = days.sort().at(-1);
    if (newest === undefined)
      return [
        CHECK.wrong(
          table.name,
          'no key was made yet, so KMS signs each token',
          'See the log of the function rotation.',
        ),
      ];
    const ahead = Math.floor((Date.parse(newest) / 1000 - now) / DAY);
    if (ahead < 0)
      return [
        CHECK.wrong(
          table.name,
          `the newest key is of ${newest}: none was made for days`,
          'See the log of the function rotation, and its alarm. KMS signs when the last one has ended.',
        ),
      ];
    return [CHECK.ok(table.name, `${days.length} keys, the newest of ${newest}`)];
  } catch (error) {
    return [CHECK.unknown(table.name, ...describeUnread(error, 'dynamodb:Scan'))];
  }
}
