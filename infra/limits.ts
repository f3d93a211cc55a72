import type { FunctionName } from '../lib/config/wiring.ts';
import type { Complaints } from '../lib/language/complaint.ts';
import type { TemplateInput } from './input.ts';
import { locateInService } from './place.ts';
import { listEventSources } from './resources/jobs.ts';
import { fillReferences } from './stack.ts';
import { writeEnvironment } from './wiring.ts';

/** Characters of a role's name, and of a function's: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME_LIMIT = 64;
/** Bytes of all settings of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_LIMIT = 4096;
/** How many functions at once AWS keeps for those that set none aside. */
export const UNRESERVED = 100;

function checkNameLengths(input: TemplateInput, complaints: Complaints): void {
  // The longest of our functions.
  const longest: FunctionName = 'authorizer';
  const names = {
    role: `${input.stack.name}-${input.stack.region}-${longest}`,
    function: `${input.stack.prefix}-${longest}`,
  };
  for (const [what, name] of Object.entries(names)) {
    const over = name.length - NAME_LIMIT;
    if (over > 0)
      complaints
        .at(locateInService('service'))
        .wrongValue(
          `The name of a ${what} would be ${name}, of ${name.length} characters, and AWS takes ${NAME_LIMIT}. Make the service, the stage${what === 'role' ? ' or provider.stackName' : ''} shorter by ${over}.`,
        );
  }
}

function checkReserved(input: TemplateInput, complaints: Complaints): void {
  const { reservedConcurrency = 0, accountConcurrency } = input.options;
  const most = Math.max(accountConcurrency - UNRESERVED, 0);
  if (reservedConcurrency > most)
    complaints
      .at(locateInService('custom.kiteSts.reservedConcurrency'))
      .wrongValue(
        `An account with a limit of ${accountConcurrency} lets ${most} be set aside, since AWS keeps ${UNRESERVED} for all other functions. Write ${most === 0 ? 'no reservedConcurrency' : 'that or less'}; if AWS has changed the limit of this account, write it as "accountConcurrency".`,
      );
}

function checkEnvironment(input: TemplateInput, complaints: Complaints): void {
  const settings = fillReferences(writeEnvironment('exchange', input), input.stack) as object;
  const size = Object.entries(settings).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  if (size > ENVIRONMENT_LIMIT)
    complaints
      .at(locateInService('custom.kiteSts.appKeys'))
      .say(
        'too-many',
        `With these, the settings of the exchange make ${size} bytes, and Lambda takes ${ENVIRONMENT_LIMIT}. Name fewer apps, or secrets with shorter names.`,
      );
}

/** A bus is in one account, and the rules on it are the broker's. */
function checkEventAccount(input: TemplateInput, complaints: Complaints): void {
  const { config, options } = input;
  const foreign = listEventSources(config).find(each => each.account !== options.account);
  if (options.account !== undefined && foreign)
    complaints
      .at(locateInService('custom.kiteSts.account'))
      .wrongValue(
        `It is ${options.account}, and events in broker.yml says ${foreign.account}. The bus of ${foreign.source} must be in the broker's own account.`,
      );
}

/** Checks the limits of AWS that are known before a deployment, so that it does not fail in its midst. */
export function checkLimits(input: TemplateInput, complaints: Complaints): void {
  checkNameLengths(input, complaints);
  checkReserved(input, complaints);
  checkEnvironment(input, complaints);
  checkEventAccount(input, complaints);
}
