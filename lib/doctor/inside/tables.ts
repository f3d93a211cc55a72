import { isAbsent } from '../../aws/account.ts';
import type { JsonObject } from '../../http/json.ts';
import { createTellers, type Diagnosis, describeUnread } from '../diagnosis.ts';
import type { Opened } from './examined.ts';
import type { StackResource } from './resources.ts';

const CHECK = createTellers('table');
/** The tables that outlive their stack: an empty one in their place would undo what people decided. */
export const KEPT_TABLES: readonly string[] = ['SwitchTable', 'IssuerKeyTable'];

function judgeTable({ id, name }: StackResource, table: JsonObject): Diagnosis {
  if (table['TableStatus'] !== 'ACTIVE')
    return CHECK.wrong(
      name,
      `it is ${String(table['TableStatus'])}`,
      'Where it stays so, deploy again; a table that is gone takes its items along.',
    );
  if (KEPT_TABLES.includes(id) && table['DeletionProtectionEnabled'] !== true)
    return CHECK.wrong(
      name,
      'anybody who may delete tables may delete it',
      `aws dynamodb update-table --table-name ${name} --deletion-protection-enabled`,
    );
  return CHECK.ok(name, 'it is ACTIVE');
}

async function examineTable(resource: StackResource, { read }: Opened): Promise<Diagnosis> {
  const { name } = resource;
  try {
    const { Table } = await read('dynamodb:DescribeTable', { TableName: name });
    return judgeTable(resource, Table as JsonObject);
  } catch (error) {
    if (isAbsent(error))
      return CHECK.wrong(
        name,
        'it is gone',
        'Nothing is issued without it. Restore it from a point in time under this name, or remove the stack and deploy again.',
      );
    return CHECK.unknown(name, ...describeUnread(error, 'dynamodb:DescribeTable'));
  }
}

async function examineBackups({ name }: StackResource, { read }: Opened): Promise<Diagnosis> {
  const of = `${name} (backups)`;
  try {
    const said = (await read('dynamodb:DescribeContinuousBackups', { TableName: name })) as {
      readonly ContinuousBackupsDescription?: {
        readonly PointInTimeRecoveryDescription?: { readonly PointInTimeRecoveryStatus?: string };
      };
    };
    const status =
      said.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    if (status === 'ENABLED') return CHECK.ok(of, 'it can be had back as it was at any minute');
    return CHECK.wrong(
      of,
      'it cannot be had back as it was',
      `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    );
  } catch (error) {
    return CHECK.unknown(of, ...describeUnread(error, 'dynamodb:DescribeContinuousBackups'));
  }
}

/** Looks whether the tables are there, and protected where they hold what people decided. */
export async function examineTables(opened: Opened): Promise<readonly Diagnosis[]> {
  const tables = opened.resources.filter(({ type }) => type === 'AWS::DynamoDB::Table');
  const asked = tables.flatMap(each => [
    examineTable(each, opened),
    ...(KEPT_TABLES.includes(each.id) ? [examineBackups(each, opened)] : []),
  ]);
  return Promise.all(asked);
}
