import type { JsonObject } from '../../http/json.ts';
import { askAccount, createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Opened } from './examined.ts';
import type { StackResource } from './resources.ts';

const CHECK = createTellers('table');
/** The tables that outlive their stack: an empty one in their place would undo what people decided. */
export const KEPT_TABLES: readonly string[] = ['SwitchTable', 'IssuerKeyTable'];

function judgeTable(resource: StackResource, table: JsonObject): Diagnosis {
  const { id, name } = resource;
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

function examineTable(resource: StackResource, opened: Opened): Promise<Diagnosis> {
  const { name } = resource;
  const gone = CHECK.wrong(
    name,
    'it is gone',
    'Nothing is issued without it. Restore it from a point in time under this name, or remove the stack and deploy again.',
  );
  return askAccount(
    opened.read,
    { check: CHECK, of: name, right: 'dynamodb:DescribeTable', input: { TableName: name }, gone },
    ({ Table }) => judgeTable(resource, Table as JsonObject),
  );
}

type Backups = {
  readonly ContinuousBackupsDescription?: {
    readonly PointInTimeRecoveryDescription?: { readonly PointInTimeRecoveryStatus?: string };
  };
};

function examineBackups(name: string, opened: Opened): Promise<Diagnosis> {
  const of = `${name} (backups)`;
  const mend = `aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`;
  return askAccount(
    opened.read,
    { check: CHECK, of, right: 'dynamodb:DescribeContinuousBackups', input: { TableName: name } },
    said => {
      const { PointInTimeRecoveryDescription: recovery } =
        (said as Backups).ContinuousBackupsDescription ?? {};
      return recovery?.PointInTimeRecoveryStatus === 'ENABLED'
        ? CHECK.ok(of, 'it can be had back as it was at any minute')
        : CHECK.wrong(of, 'it cannot be had back as it was', mend);
    },
  );
}

/** Looks whether the tables are there, and protected where they hold what people decided. */
export async function examineTables(opened: Opened): Promise<readonly Diagnosis[]> {
  const tables = opened.resources.filter(({ type }) => type === 'AWS::DynamoDB::Table');
  const asked = tables.flatMap(each => [
    examineTable(each, opened),
    ...(KEPT_TABLES.includes(each.id) ? [examineBackups(each.name, opened)] : []),
  ]);
  return Promise.all(asked);
}
