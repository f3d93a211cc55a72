import type { ReadRight } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { askAccount, createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('app-key');

/** App → the ARN of its key or secret, as the function of exchanges was told; undefined where that cannot be read. */
async function readAppKeys(opened: Opened): Promise<ReadonlyMap<string, string>> {
  const exchange = opened.resources.find(({ id }) => id === 'ExchangeLambdaFunction');
  const { Configuration } = (await opened.read('lambda:GetFunction', { FunctionName: exchange?.name })) as {
    readonly Configuration?: {
      readonly Environment?: { readonly Variables?: { readonly [name: string]: string } };
    };
  };
  const written = Configuration?.Environment?.Variables?.['KITE_STS_APP_KEYS'] ?? '';
  const pairs = written.split(',').filter(Boolean);
  return new Map(pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

function judgeAppKey(app: string, key: JsonObject, arn: string): Diagnosis {
  const { KeyState, DeletedDate } = key;
  const restore = `aws secretsmanager restore-secret --secret-id ${arn}`;
  const cancel = `aws kms cancel-key-deletion --key-id ${arn}, then aws kms enable-key --key-id ${arn}`;
  if (DeletedDate) return CHECK.wrong(app, 'its secret is about to be deleted', restore);
  if (KeyState === 'PendingDeletion') return CHECK.wrong(app, 'its key is about to be deleted', cancel);
  if (KeyState !== undefined && KeyState !== 'Enabled')
    return CHECK.wrong(app, `its key is ${String(KeyState)}`, `aws kms enable-key --key-id ${arn}`);
  return CHECK.ok(app, 'its key is there');
}

async function examineApp(app: string, arn: string | undefined, opened: Opened): Promise<Diagnosis> {
  if (arn === undefined)
    return CHECK.wrong(
      app,
      'a role names this app, and the deployment has no key for it',
      'Name its key in custom.kiteSts.appKeys, and deploy.',
    );
  const ofKms = arn.split(':')[2] === 'kms';
  const right: ReadRight = ofKms ? 'kms:DescribeKey' : 'secretsmanager:DescribeSecret';
  const input = ofKms ? { KeyId: arn } : { SecretId: arn };
  const mend = 'Give the app a new key, and name it in custom.kiteSts.appKeys.';
  const gone = CHECK.wrong(app, `its key is gone: ${arn}`, mend);
  return askAccount(opened.read, { check: CHECK, of: app, right, input, gone }, said =>
    judgeAppKey(app, (ofKms ? said['KeyMetadata'] : said) as JsonObject, arn),
  );
}

/** Looks whether the key of each app of a `github` or `buildkite` role is there. Nothing secret is read. */
export async function examineApps(opened: Opened): Promise<readonly Diagnosis[]> {
  const apps = new Set(
    opened.config.roles.flatMap(({ template }) => ('app' in template ? [template.app] : [])),
  );
  if (apps.size === 0) return [];
  try {
    const keys = await readAppKeys(opened);
    return await Promise.all([...apps].map(app => examineApp(app, keys.get(app), opened)));
  } catch (error) {
    return [CHECK.unknown('all', ...describeUnread(error, 'lambda:GetFunction'))];
  }
}
