import { isAbsent, type ReadRight } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';

const CHECK = createTellers('app-key');

/** App → the ARN of its key or secret, as the function of exchanges was told; undefined where that cannot be read. */
async function readAppKeys({ resources, read }: Opened): Promise<ReadonlyMap<string, string>> {
  const exchange = resources.find(({ id }) => id === 'ExchangeLambdaFunction');
  const { Configuration } = (await read('lambda:GetFunction', { FunctionName: exchange?.name })) as {
    readonly Configuration?: {
      readonly Environment?: { readonly Variables?: { readonly [name: string]: string } };
    };
  };
  const pairs = (Configuration?.Environment?.Variables?.['KITE_STS_APP_KEYS'] ?? '')
    .split(',')
    .filter(Boolean);
  return new Map(pairs.map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

function judgeAppKey(app: string, { KeyState, DeletedDate }: JsonObject, arn: string): Diagnosis {
  if (DeletedDate)
    return CHECK.wrong(
      app,
      'its secret is about to be deleted',
      `aws secretsmanager restore-secret --secret-id ${arn}`,
    );
  if (KeyState === 'PendingDeletion')
    return CHECK.wrong(
      app,
      'its key is about to be deleted',
      `aws kms cancel-key-deletion --key-id ${arn}, then aws kms enable-key --key-id ${arn}`,
    );
  if (KeyState !== undefined && KeyState !== 'Enabled')
    return CHECK.wrong(app, `its key is ${String(KeyState)}`, `aws kms enable-key --key-id ${arn}`);
  return CHECK.ok(app, 'its key is there');
}

async function examineApp(app: string, arn: string | undefined, { read }: Opened): Promise<Diagnosis> {
  if (arn === undefined)
    return CHECK.wrong(
      app,
      'a role names this app, and the deployment has no key for it',
      'Name its key in custom.kiteSts.appKeys, and deploy.',
    );
  const ofKms = arn.split(':')[2] === 'kms';
  const right: ReadRight = ofKms ? 'kms:DescribeKey' : 'secretsmanager:DescribeSecret';
  try {
    const said = await read(right, ofKms ? { KeyId: arn } : { SecretId: arn });
    return judgeAppKey(app, (ofKms ? said['KeyMetadata'] : said) as JsonObject, arn);
  } catch (error) {
    if (isAbsent(error))
      return CHECK.wrong(
        app,
        `its key is gone: ${arn}`,
        'Give the app a new key, and name it in custom.kiteSts.appKeys.',
      );
    return CHECK.unknown(app, ...describeUnread(error, right));
  }
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
