import { SWITCH_TABLE, switchTableName } from '../../lib/stores/switches.ts';
import { attribute, type Resources, ref, type Statement, sub } from './cloudformation.ts';
import { table } from './table.ts';

const ID = 'SwitchTable';

/** What is switched off. No deployment writes into it, so none drops a switch. Who operates knows it by its name. */
export const switchTable: Resources = {
  [ID]: table(SWITCH_TABLE, { TableName: sub(switchTableName('${AWS::StackName}')) }),
};

/** To read all of it: whoever could write might switch on what an operator switched off. */
export const readSwitches: Statement = {
  Sid: 'ReadSwitches',
  Effect: 'Allow',
  Action: ['dynamodb:Scan'],
  Resource: [attribute(ID, 'Arn')],
};

export const switchSetting = { KITE_STS_SWITCH_TABLE: ref(ID) };
