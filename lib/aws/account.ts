import { type JsonObject, parseJsonObject } from '../http/json.ts';
import { AwsError, type AwsFault, type AwsService, type AwsSetting, createAwsCall } from './call.ts';
import { findRegionalEndpoint } from './endpoint.ts';
import { createJsonCall, createUnreadableError, DYNAMODB, type JsonService, KMS, SECRETS } from './json.ts';
import { STS_HEADERS } from './sts.ts';
import { readXmlTree } from './tree.ts';

/** A service that takes a form and answers in XML: the version of its API stands in each request. */
type QueryService = { readonly speaks: 'query'; readonly name: string; readonly version: string };
/** One that is asked by GET at a path, with the values of the input in it. */
type RestService = { readonly speaks: 'rest'; readonly name: string; readonly path: string };
type ServiceDialect = QueryService | RestService | ({ readonly speaks: 'json' } & JsonService);

function speakJson(service: JsonService): ServiceDialect {
  return { speaks: 'json', ...service };
}
function speakQuery(name: string, version: string): ServiceDialect {
  return { speaks: 'query', name, version };
}
function speakRest(name: string, path: string): ServiceDialect {
  return { speaks: 'rest', name, path };
}

const STACKS = speakQuery('cloudformation', '2010-05-15');
const IAM = speakQuery('iam', '2010-05-08');
const WATCH = speakQuery('monitoring', '2010-08-01');
const LOGS: JsonService = { name: 'logs', model: 'Logs_20140328', version: '1.1' };
const EVENTS: JsonService = { name: 'events', model: 'AWSEvents', version: '1.1' };
const ACM: JsonService = { name: 'acm', model: 'CertificateManager', version: '1.1' };

/** All that we ever read of an account, by the right that it takes. None of it changes anything. */
const READS = {
  'acm:DescribeCertificate': speakJson(ACM),
  'apigateway:GET': speakRest('apigateway', '/v2/domainnames/{DomainName}'),
  'cloudformation:DescribeStacks': STACKS,
  'cloudformation:ListStackResources': STACKS,
  'cloudwatch:DescribeAlarms': WATCH,
  'cloudwatch:GetDashboard': WATCH,
  'dynamodb:DescribeContinuousBackups': speakJson(DYNAMODB),
  'dynamodb:DescribeTable': speakJson(DYNAMODB),
  'dynamodb:Scan': speakJson(DYNAMODB),
  'events:DescribeEventBus': speakJson(EVENTS),
  'iam:GetOpenIDConnectProvider': IAM,
  'iam:GetPolicy': IAM,
  'iam:GetRole': IAM,
  'iam:SimulatePrincipalPolicy': IAM,
  'kms:DescribeKey': speakJson(KMS),
  'lambda:GetAccountSettings': speakRest('lambda', '/2016-08-19/account-settings'),
  'lambda:GetFunction': speakRest('lambda', '/2015-03-31/functions/{FunctionName}'),
  'logs:DescribeLogGroups': speakJson(LOGS),
  'route53:GetHostedZone': speakRest('route53', '/2013-04-01/hostedzone/{Id}'),
  'secretsmanager:DescribeSecret': speakJson(SECRETS),
  'sts:GetCallerIdentity': speakQuery('sts', '2011-06-15'),
} as const satisfies { readonly [right: string]: ServiceDialect };

/** A right to read something of an account. */
export type ReadRight = keyof typeof READS;
export type ReadInput = { readonly [name: string]: unknown };

/** Reads something of an account by the right that this takes: an object of AWS's own members. Throws `AwsError`. */
export type ReadAccount = (right: ReadRight, input?: ReadInput) => Promise<JsonObject>;

/** By partition, where the services that have one endpoint for all regions are. */
const EVERYWHERE: readonly (readonly [regions: RegExp, region: string, domain: string])[] = [
  [/^cn-/, 'cn-north-1', 'amazonaws.com.cn'],
  [/^us-gov-/, 'us-gov-west-1', 'us-gov.amazonaws.com'],
  [/^/, 'us-east-1', 'amazonaws.com'],
];

/** https://docs.aws.amazon.com/general/latest/gr/iam-service.html, and of Route 53 likewise */
function settleEndpoint(name: string, setting: AwsSetting): AwsSetting {
  if (name !== 'iam' && name !== 'route53') return setting;
  const [, region = '', domain = ''] = EVERYWHERE.find(([regions]) => regions.test(setting.region)) ?? [];
  const china = region.startsWith('cn-') ? findRegionalEndpoint(name, region) : undefined;
  return { ...setting, region, endpoint: setting.endpoint ?? china ?? `https://${name}.${domain}` };
}

/** AWS's Query protocol: lists count from 1. */
function writeQueryForm(value: unknown, path: string, form: URLSearchParams): void {
  if (Array.isArray(value))
    for (const [index, each] of value.entries()) writeQueryForm(each, `${path}.member.${index + 1}`, form);
  else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value))
      writeQueryForm(each, path ? `${path}.${name}` : name, form);
  else form.set(path, String(value));
}

/** As an object, whatever element the answer is wrapped in. */
function readElements(body: string, operation: string): JsonObject {
  try {
    const root = readXmlTree(body) as JsonObject;
    const result = root[`${operation}Result`] ?? root;
    return result as JsonObject;
  } catch {
    throw createUnreadableError(operation);
  }
}

function findXmlFault(body: string): AwsFault | undefined {
  try {
    const { Error: error } = readXmlTree(body) as { readonly Error?: { readonly [name: string]: string } };
    return error?.['Code'] ? { code: error['Code'], message: String(error['Message'] ?? '') } : undefined;
  } catch {
    return undefined;
  }
}

/** These services write their code into a header: the status tells as much. */
function findRestFault(body: string): AwsFault | undefined {
  const said = parseJsonObject(body);
  if (!said) return findXmlFault(body);
  return {
    code: String(said['__type'] ?? 'Refused'),
    message: String(said['Message'] ?? said['message'] ?? ''),
  };
}

async function askByForm(service: QueryService, operation: string, input: ReadInput, setting: AwsSetting) {
  const form = new URLSearchParams({ Action: operation, Version: service.version });
  writeQueryForm(input, '', form);
  const asked: AwsService = { name: service.name, readFault: findXmlFault };
  return readElements(await createAwsCall(asked, setting)(STS_HEADERS, form.toString()), operation);
}

async function askByPath(service: RestService, operation: string, input: ReadInput, setting: AwsSetting) {
  const { name, path } = service;
  const filled = path.replace(/\{(\w+)\}/g, (_, each: string) => encodeURIComponent(String(input[each])));
  const body = await createAwsCall({ name, path: filled, readFault: findRestFault }, setting)({}, '');
  return parseJsonObject(body) ?? readElements(body, operation);
}

/** Reads of an account what these credentials may. Nothing is asked before the first use. */
export function createAccountReader(setting: AwsSetting): ReadAccount {
  return (right, input = {}) => {
    const service: ServiceDialect = READS[right];
    const operation = right.slice(right.indexOf(':') + 1);
    const there = settleEndpoint(service.name, setting);
    if (service.speaks === 'query') return askByForm(service, operation, input, there);
    if (service.speaks === 'rest') return askByPath(service, operation, input, there);
    return createJsonCall(service, there)(operation, input as JsonObject);
  };
}

const ABSENT =
  /^(NoSuchEntity|ResourceNotFound|ResourceNotFoundException|NotFoundException|NoSuchHostedZone|DashboardNotFoundError)$/;

/** Whether AWS says that there is no such thing. */
export function isAbsent(error: unknown): boolean {
  if (!(error instanceof AwsError)) return false;
  const ofStack = error.code === 'ValidationError' && error.message.includes('does not exist');
  return ofStack || error.status === 404 || ABSENT.test(error.code);
}

/** Reads a list that AWS wrote: in XML, an empty one is an empty text. */
export function readAwsList(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
