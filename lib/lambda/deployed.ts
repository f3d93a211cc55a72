import type { AwsSetting } from '../aws/call.ts';
import { demandSettings, type Settings } from '../config/settings.ts';
import { readWiring } from '../config/wiring.ts';
import type { BrokerError } from '../errors.ts';
import { type FunctionAws, readAwsSetting } from './environment.ts';
import { reportFault, reportKeys } from './fault.ts';
import { writeLog } from './log.ts';

/** The start of every deployed function. */
export type FunctionStart = {
  readonly settings: Settings;
  readonly aws: FunctionAws;
  /** Where its configuration lies as data. */
  readonly config: string;
};

/** The parts of every function that decides: its deployment gives them, and never a default. */
export type FunctionWiring = {
  readonly aws: AwsSetting;
  readonly switchTable: string;
  /** Undefined only in a deployment that asks no issuer for keys. */
  readonly issuerKeyTable: string | undefined;
  /** There where that table is. */
  readonly issuerKeyProof: string | undefined;
  readonly sink: (event: string, metrics?: string) => void;
  readonly onFault: (error: BrokerError, decisionId: string) => void;
  readonly onKeys: (issuer: string, what: string) => void;
};

/** Reads what the function was packaged with and what its environment says. Throws where the two do not agree. */
export function startFunction(root: string): FunctionStart {
  const config = `${root}/config`;
  const settings = demandSettings(process.env, readWiring(config));
  return { settings, aws: readAwsSetting(settings.awsEndpoint), config };
}

/** Wires what decides: its switches, the keys of issuers, its log. */
export function wireFunction(start: FunctionStart): FunctionWiring {
  const { settings, aws } = start;
  const { switchTable, issuerKeyTable, issuerKeyProof, logLevel } = settings;
  // Also where a package says that none is needed: without its switches nothing may decide.
  if (switchTable === undefined) throw new Error('KITE_STS_SWITCH_TABLE is not set.');
  return {
    aws,
    switchTable,
    issuerKeyTable,
    issuerKeyProof,
    // One write for both: each wakes whoever reads the log, which costs as much as the event itself.
    sink: (event, metrics) => writeLog(metrics === undefined ? event : `${event}\n${metrics}`),
    onFault: (error, decisionId) => reportFault(error, decisionId, logLevel),
    onKeys: reportKeys,
  };
}
