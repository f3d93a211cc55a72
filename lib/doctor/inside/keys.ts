import type { JsonObject } from '../../http/json.ts';
import { askAccount, createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Opened } from './examined.ts';
import type { StackResource } from './resources.ts';

const CHECK = createTellers('key');
const DAY = 24 * 60 * 60;

function judgeKey(resource: StackResource, key: JsonObject, now: number): Diagnosis {
  const { id, name } = resource;
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

function examineKey(resource: StackResource, opened: Opened): Promise<Diagnosis> {
  const { id: of, name } = resource;
  const gone = CHECK.wrong(of, 'it is gone for good', 'Deploy with the other signingKey, if it signed.');
  return askAccount(
    opened.read,
    { check: CHECK, of, right: 'kms:DescribeKey', input: { KeyId: name }, gone },
    ({ KeyMetadata }) => judgeKey(resource, KeyMetadata as JsonObject, opened.now),
  );
}

/** Looks whether the keys of KMS can be used, and tells how old they are. */
export async function examineKmsKeys(opened: Opened): Promise<readonly Diagnosis[]> {
  return Promise.all(
    opened.resources.filter(({ type }) => type === 'AWS::KMS::Key').map(each => examineKey(each, opened)),
  );
}
