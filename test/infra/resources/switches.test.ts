import { describe, expect, test } from 'vitest';
import { createTemplate } from '../../../infra/template.ts';
import { SWITCH_TABLE } from '../../../lib/stores/switches.ts';
import { inputOf, propertiesOf, resourcesFor, rightsTo } from '../../harness/deploy.ts';
import { FLAT } from '../../harness/registry.ts';

const ID = 'SwitchTable';
const input = inputOf();
const whole = createTemplate({ ...input, config: { ...input.config, registries: [FLAT] } });

describe('what is switched off', () => {
  test('is in a table of a name that operators know, and stays there', () => {
    const properties = propertiesOf(resourcesFor(), ID);
    expect(properties).toMatchObject({
      TableName: { 'Fn::Sub': '${AWS::StackName}-switches' },
      KeySchema: [{ AttributeName: SWITCH_TABLE.key, KeyType: 'HASH' }],
    });
    expect(Object.keys(properties)).not.toContain('TimeToLiveSpecification');
  });

  test('is read by what decides, which cannot write it', () => {
    expect(rightsTo(ID, whole.resources.Resources)).toEqual([
      ['ExchangeRights ReadSwitches', ['dynamodb:Scan']],
      ['AuthorizerRights ReadSwitches', ['dynamodb:Scan']],
    ]);
  });

  test('is known to what decides, and to no other function', () => {
    const told = Object.entries(whole.functions)
      .filter(([, each]) => each?.environment['KITE_STS_SWITCH_TABLE'])
      .map(([name]) => name);
    expect(told.sort()).toEqual(['authorizer', 'exchange']);
  });
});
