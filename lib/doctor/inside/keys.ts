import { isAbsent } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';
import type { StackResource } from './resources.ts';

const CHECK = createTellers('key');
const DAY = 24 * 60 * 60;

function judgeKey({ id, name }: StackResource, key: JsonObject, now: number): Diagnosis {
  const { KeyState: state, CreationDate: made } = key;
  const age = Math.floor((now - Number(made)) / DAY);
  if (state === 'PendingDeletion')
    return CHECK.wrong(
      id,
      'it is about to be deleted, and what it signed or sealed with it',
      `aws kms cancel-key-deletion --key-id ${name}, then aws kms enable-key --key-id ${name}`,
    );
  if (state !== 'Enabled')
    return CHECK.wrong(id, `it is ${String(state)}`, `aws kms enable-key --key-id ${name}`);
  return CHECK.ok(id, `it is Enabled, and ${age} days old`);
}

async function examineKey(resource: StackResource, { read, now }: Opened): Promise<Diagnosis> {
  try {
    const { KeyMetadata } = await read('kms:DescribeKey', { KeyId: resource.name });
    return judgeKey(resource, KeyMetadata as JsonObject, now);
  } catch (error) {
    if (isAbsent(error))
      return CHECK.wrong(
        resource.id,
        'it is gone for good',
        'Deploy with the other signingKey, if it signed.',
      );
    return CHECK.unknown(resource.id, ...describeUnread(error, 'kms:DescribeKey'));
  }
}

/** Looks whether the keys of KMS can be used, and tells how old they are. */
export async function examineKmsKeys(opened: Opened): Promise<readonly Diagnosis[]> {
  return Promise.all(
    opened.resources.filter(({ type }) => type === 'AWS::KMS::Key').map(each => examineKey(each, opened)),
  );
}
