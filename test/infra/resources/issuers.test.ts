import { describe, expect, test } from 'vitest';
import { resourcesFor, rightsTo, templateFor } from '../../harness/deploy.ts';
import { rowsFrom } from '../../harness/policy.ts';

const ID = 'IssuerKeyTable';
const FETCHED = { ground: { rows: rowsFrom('- preset: buildkite') } };

describe('what is known of issuers’ keys', () => {
  test('T61: is written by the refresher alone, and read one by one', () => {
    expect(rightsTo(ID, resourcesFor(FETCHED))).toEqual([
      ['ExchangeRights ReadIssuerKeys', ['dynamodb:GetItem']],
      ['RefresherRights KeepIssuerKeys', ['dynamodb:PutItem']],
    ]);
  });

  test('is a table that forgets issuers that are no more', () => {
    expect(resourcesFor(FETCHED)[ID]).toMatchObject({
      Type: 'AWS::DynamoDB::Table',
      Properties: { TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } },
    });
  });

  test('is known by name to who reads and who writes', () => {
    const { exchange, refresher, discovery } = templateFor(FETCHED).functions;
    expect(
      [exchange, refresher, discovery].map(each => each?.environment['KITE_STS_ISSUER_KEY_TABLE']),
    ).toEqual([{ Ref: ID }, { Ref: ID }, undefined]);
  });

  test('is not there where all keys stand in broker.yml', () => {
    expect(JSON.stringify(templateFor())).not.toContain(ID);
    expect(templateFor().functions.refresher).toBeUndefined();
  });
});
