import type { IamStatement, Resource, TemplateText } from '../cloudformation.ts';
import { allow, getAttribute } from '../cloudformation.ts';

type TableKeys = { readonly key: string; readonly expiry?: string };

/** Everything by which an item is written or removed; a transaction needs these too. */
const WRITES = ['BatchWriteItem', 'PartiQLInsert', 'PartiQLUpdate', 'PutItem', 'UpdateItem'];
const REMOVALS = ['BatchWriteItem', 'DeleteItem', 'PartiQLDelete'];

/** By the ARN of the role or user, whatever the session: whoever is none of these is denied, in any account. */
function denyOthers(
  Sid: string,
  actions: readonly string[],
  principals: readonly TemplateText[],
): IamStatement {
  return {
    Sid,
    Effect: 'Deny',
    Principal: '*',
    Action: actions.map(action => `dynamodb:${action}`),
    // In a table's own policy * is that table, whose name is not known yet.
    Resource: ['*'],
    Condition: {
      // What DynamoDB itself forgets by the time of an item is nobody's write.
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
      ...(principals.length === 0 ? {} : { ArnNotLike: { 'aws:PrincipalArn': principals } }),
    },
  };
}

/** The ARNs that may write items, remove them, and end the table. Undefined: whoever IAM lets. */
export type TableGuard = {
  readonly writers?: readonly TemplateText[] | undefined;
  readonly removers?: readonly TemplateText[] | undefined;
  readonly enders?: readonly TemplateText[] | undefined;
};

/**
 * A table's own policy. It only denies, and only what touches items (and the table's end), so IAM must still allow, and
 * whoever deploys can always mend the policy itself.
 */
function createGuard(guard: TableGuard): object {
  const { writers, removers, enders } = guard;
  const statements = [
    ...(writers ? [denyOthers('WrittenByOthers', WRITES, writers)] : []),
    ...(removers ? [denyOthers('RemovedByOthers', REMOVALS, removers)] : []),
    ...(enders ? [denyOthers('EndedByOthers', ['DeleteTable'], enders)] : []),
  ];
  return { ResourcePolicy: { PolicyDocument: { Version: '2012-10-17', Statement: statements } } };
}

/** A table that goes with its stack and has no backups; by the attribute `expiry` it forgets by itself. */
export function createTable(keys: TableKeys, guarded: TableGuard, more: object = {}): Resource {
  const { key, expiry } = keys;
  return {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      ...(expiry === undefined ? {} : { TimeToLiveSpecification: { AttributeName: expiry, Enabled: true } }),
      ...createGuard(guarded),
      ...more,
    },
  };
}

/** A table that outlives its stack, that nobody deletes by mistake, and that can be had back as it was at any minute. */
export function createKeptTable(keys: TableKeys, guarded: TableGuard, more: object = {}): Resource {
  return {
    ...createTable(keys, guarded, {
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      ...more,
    }),
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  };
}

/** Writes the right to do this to the items of one of our tables. */
export function allowOnTable(
  id: string,
  Sid: string,
  actions: readonly string[],
  more: Pick<IamStatement, 'Condition'> = {},
): IamStatement {
  return allow(
    Sid,
    actions.map(action => `dynamodb:${action}`),
    [getAttribute(id, 'Arn')],
    more,
  );
}
