import { describe, expect, test } from 'vitest';
import { SIGNING } from '../../../infra/resources/keys.ts';
import { propertiesOf, resourcesFor, rightsTo, statementsOf, templateFor } from '../../harness/deploy.ts';
import { rowsFrom } from '../../harness/policy.ts';
import { FLAT } from '../../harness/registry.ts';

const ID = 'IssuerKeyTable';
const FETCHED = { ground: { rows: rowsFrom('- preset: buildkite') } };

describe('what is known of issuers’ keys', () => {
  test('T61: is written by the refresher alone, and read one by one', () => {
    expect(rightsTo(ID, resourcesFor(FETCHED))).toEqual([
      ['ExchangeRights ReadIssuerKeys', ['dynamodb:GetItem']],
      ['RefresherRights KeepIssuerKeys', ['dynamodb:PutItem']],
    ]);
  });

  const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
  const PROOF = 'IssuerProofKey';
  const by = (...roles: string[]) => ({ 'aws:PrincipalArn': roles.map(arn) });
  const ofKey = (resources: ReturnType<typeof resourcesFor>, name: string) =>
    statementsOf(resources).get(`${PROOF} ${name}`)?.['Condition'];

  test('T93: is proven by a key that the refresher alone may sign with, and by that way alone', () => {
    const resources = resourcesFor(FETCHED);
    expect(rightsTo(PROOF, resources)).toEqual([
      ['ExchangeRights CheckProofs', ['kms:GetPublicKey']],
      ['RefresherRights CheckProofs', ['kms:GetPublicKey']],
      ['RefresherRights Prove', ['kms:Sign']],
    ]);
    expect(ofKey(resources, 'Prove')).toEqual({ ArnEquals: by('RefresherRole'), ...SIGNING });
    expect(ofKey(resources, 'Check')).toEqual({ ArnEquals: by('RefresherRole', 'ExchangeRole') });
  });

  test('T93: is proven to what stands in front of registries too', () => {
    const resources = resourcesFor({ ...FETCHED, registries: [FLAT] });
    expect(ofKey(resources, 'Check')).toEqual({
      ArnEquals: by('RefresherRole', 'ExchangeRole', 'AuthorizerRole'),
    });
    expect(rightsTo(PROOF, resources)).toContainEqual(['AuthorizerRights CheckProofs', ['kms:GetPublicKey']]);
  });

  test('T93: is proven by a key that is not published, and whoever proves may sign with none that is', () => {
    const { Resources } = templateFor(FETCHED).resources;
    const { exchange, discovery } = templateFor(FETCHED).functions;
    for (const { environment } of [exchange, discovery])
      expect(JSON.stringify(environment['KITE_STS_SIGNING_KEYS'])).not.toContain(PROOF);
    for (const id of ['FirstSigningKey', 'SecondSigningKey'])
      expect(JSON.stringify(propertiesOf(Resources, id))).not.toContain('RefresherRole');
  });

  test('is a table that forgets issuers that are no more', () => {
    expect(resourcesFor(FETCHED)[ID]).toMatchObject({
      Type: 'AWS::DynamoDB::Table',
      Properties: { TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } },
    });
  });

  test('T93: is nothing without the key that proves it', () => {
    const { exchange, refresher, discovery } = templateFor(FETCHED).functions;
    expect(
      [exchange, refresher, discovery].map(each => each?.environment['KITE_STS_ISSUER_KEY_PROOF']),
    ).toEqual([arn(PROOF), arn(PROOF), undefined]);
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
