import type { Resource } from './cloudformation.ts';

type Keys = { readonly key: string; readonly expiry?: string };

/** A table that goes with its stack and has no backups; by the attribute `expiry` it forgets by itself. */
export const table = ({ key, expiry }: Keys, more: object = {}): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    ...(expiry === undefined ? {} : { TimeToLiveSpecification: { AttributeName: expiry, Enabled: true } }),
    ...more,
  },
});
