import { deriveSwitchTableName, SWITCH_TABLE } from '../../lib/stores/switches.ts';
import { type Resources, refer, substitute } from '../cloudformation.ts';
import type { DeployOptions } from '../options.ts';
import { allowOnTable, createKeptTable } from './table.ts';

const ID = 'SwitchTable';

/**
 * Creates the table of what is switched off. No deployment writes into it, so none drops a switch. Who operates knows it by its name.
 * Operators write it, once they are named; nobody removes what is in it, but who breaks the glass.
 */
export function createSwitchTable(options: DeployOptions): Resources {
  const { operators, breakGlass } = options;
  return {
    [ID]: createKeptTable(
      SWITCH_TABLE,
      {
        writers: operators.length > 0 ? [...operators, ...breakGlass] : undefined,
        removers: breakGlass,
        enders: breakGlass,
      },
      { TableName: substitute(deriveSwitchTableName('${AWS::StackName}')) },
    ),
  };
}

/**
 * Writes out the table's name: CloudFormation takes on a table that an earlier stack kept only by a name
 * without references.
 */
export function fixSwitchTableName(resources: Resources, stack: string): Resources {
  const named = resources[ID];
  if (!named) return resources;
  const Properties = { ...named.Properties, TableName: deriveSwitchTableName(stack) };
  return { ...resources, [ID]: { ...named, Properties } };
}

/** To read all of it: whoever could write might switch on what an operator switched off. */
export const readSwitches = allowOnTable(ID, 'ReadSwitches', ['Scan']);

export const switchSetting = { KITE_STS_SWITCH_TABLE: refer(ID) };
