import type { Config } from '../../lib/config/load.ts';
import type { FunctionName } from '../../lib/config/wiring.ts';
import type { Complaints } from '../../lib/language/complaint.ts';
import { needsSignature } from '../../lib/policy/targets.ts';
import {
  allow,
  createPolicy,
  getAttribute,
  type IamPolicy,
  type IamStatement,
  type Resource,
  type Resources,
  refer,
  substitute,
} from '../cloudformation.ts';
import type { TemplateInput } from '../input.ts';
import { fillReferences, type Stack } from '../stack.ts';
import { listAppRights } from './apps.ts';
import { listAuditRights } from './audit.ts';
import { listIdentityRights } from './identities.ts';
import { listIssuerKeyRights } from './issuers.ts';
import { listJobRights } from './jobs.ts';
import { allowSigning, type KeyName, mayPublish } from './keys.ts';
import { INLINE_LIMIT, type Placement } from './placement.ts';
import { listMakingRights, listOpeningRights, publishSealed } from './sealing.ts';
import { listSpentRights } from './spent.ts';
import { createProviderPolicy } from './surroundings.ts';
import { readSwitches } from './switches.ts';
import { placeTargets } from './targets.ts';

/** How many characters IAM counts of a policy at most, whatever the account will be. */
export function measurePolicy(document: IamPolicy, stack: Stack): number {
  return JSON.stringify(fillReferences(document, stack)).replace(/\s/g, '').length;
}

/** Finds how the ids of a function's resources begin, as the Serverless Framework begins them too. */
export function startId(name: string): string {
  return name.replace(/^./, letter => letter.toUpperCase());
}

/** A role with a name that is known before anything is deployed: targets trust one of them, and rights to deploy name each. */
function createIamRole(name: FunctionName): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: substitute(`\${AWS::StackName}-\${AWS::Region}-${name}`),
      AssumeRolePolicyDocument: createPolicy({
        Sid: 'Lambda',
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: ['sts:AssumeRole'],
      }),
    },
  };
}

/** Beside the role and not in it: the keys name the roles, so the rights that name the keys come after both. */
function createRights(roleId: string, PolicyName: string, document: IamPolicy): Resource {
  return {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName, Roles: [refer(roleId)], PolicyDocument: document },
  };
}

function allowLogging(id: string): IamStatement {
  // The attribute ends in :*, the streams of this one group.
  const streams = getAttribute(`${id}LogGroup`, 'Arn');
  return allow('WriteOwnLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [streams]);
}

/** Creates the role of a function, which may write its own log, and these. */
export function createFunctionRole(name: FunctionName, ...rights: readonly IamStatement[]): Resources {
  const id = startId(name);
  const document = createPolicy(allowLogging(id), ...rights);
  return {
    [`${id}Role`]: createIamRole(name),
    [`${id}Rights`]: createRights(`${id}Role`, id, document),
  };
}

const SIGN_POLICIES = { first: 'SignWithFirstKey', second: 'SignWithSecondKey' } as const;

/** A resource for each key: on rotation the new right comes before the functions change, and the old one goes after. */
function createSignRights(config: Config, signingKey: KeyName): Resources {
  if (!config.roles.some(each => needsSignature(each.template))) return {};
  const name = SIGN_POLICIES[signingKey];
  return { [name]: createRights('ExchangeRole', name, createPolicy(allowSigning(signingKey))) };
}

function createExchangePolicy(...more: readonly IamStatement[]): IamPolicy {
  return createPolicy(allowLogging('Exchange'), mayPublish, readSwitches, ...more);
}

/** All inline policies that the exchange's role can have at once: while keys are swapped, it has the rights of both. */
export function measureExchange(stack: Stack, ...more: readonly IamStatement[]): number {
  const all = [
    createExchangePolicy(...more),
    createPolicy(allowSigning('first')),
    createPolicy(allowSigning('second')),
  ];
  return all.reduce((sum, each) => sum + measurePolicy(each, stack), 0);
}

/**
 * A managed policy for each statement. Each has a name of its own, so that whoever deploys can be given rights to these
 * and no others.
 */
function attachTargets(statements: Placement['attached']): Resources {
  const attached: { [id: string]: Resource } = {};
  for (const [index, statement] of statements.entries())
    if (statement)
      attached[`Targets${index + 1}`] = {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          ManagedPolicyName: substitute(`\${AWS::StackName}-\${AWS::Region}-targets-${index + 1}`),
          Roles: [refer('ExchangeRole')],
          PolicyDocument: createPolicy(statement),
        },
      };
  return attached;
}

/** Lists what the exchange may do beside becoming target roles, in every way that this deployment has. */
function listOwnRights(input: TemplateInput): readonly IamStatement[] {
  const { config, options } = input;
  return [
    ...listIdentityRights(config),
    ...listAuditRights(config),
    ...listIssuerKeyRights(config),
    ...listSpentRights(config),
    ...listJobRights(config),
    ...(options.signing === 'sealed' ? listOpeningRights(config.url) : []),
    ...listAppRights(options.appKeys),
  ];
}

function createExchangeRole(input: TemplateInput, complaints: Complaints): Resources {
  const { config, stack, options } = input;
  const { provider, targets, orgId } = options;
  const own = listOwnRights(input);
  const surrounding = createProviderPolicy(provider);
  const taken = surrounding ? measurePolicy(surrounding, stack) : 0;
  const room = {
    sizeWith: (...more: readonly IamStatement[]) => taken + measureExchange(stack, ...own, ...more),
    limit: INLINE_LIMIT,
    sizeOf: (document: IamPolicy) => measurePolicy(document, stack),
  };
  const become = placeTargets(config, { targets, orgId, room }, complaints);
  const attached = attachTargets(become.attached);
  const document = createExchangePolicy(...own, ...(become.inline ? [become.inline] : []));
  return {
    ExchangeRole: createIamRole('exchange'),
    ExchangeRights: {
      ...createRights('ExchangeRole', 'Exchange', document),
      // On the day when targets move from here to there, they are there before they are gone from here.
      ...(Object.keys(attached).length > 0 ? { DependsOn: Object.keys(attached) } : {}),
    },
    ...attached,
  };
}

/** Creates a role for each function, which may do its own work and nothing else. Only the exchange makes credentials. */
export function createRoles(input: TemplateInput, complaints: Complaints): Resources {
  const { config, options } = input;
  const { signingKey, signing } = options;
  const sealed = signing === 'sealed';
  return {
    ...createExchangeRole(input, complaints),
    ...createSignRights(config, signingKey),
    ...createFunctionRole('discovery', mayPublish, ...(sealed ? publishSealed : [])),
    ...(sealed ? createFunctionRole('rotation', ...listMakingRights(config.url, signingKey)) : {}),
  };
}

/** Lists the rights without which the exchange must not start. */
export function listExchangeRights(all: Resources): readonly string[] {
  return ['ExchangeRights', ...Object.values(SIGN_POLICIES)].filter(id => Object.hasOwn(all, id));
}
