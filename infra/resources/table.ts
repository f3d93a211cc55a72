import type { Resource } from './cloudformation.ts';

/** A table of what is of use for a while: it goes with its stack and has no backups. */
export const table = ({ key, expiry }: { readonly key: string; readonly expiry: string }): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    TimeToLiveSpecification: { AttributeName: expiry, Enabled: true },
  },
});
