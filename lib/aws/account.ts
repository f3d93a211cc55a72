import { type JsonObject, jsonObject } from '../http/json.ts';
import { AwsError, type AwsSetting, awsCall, type Fault, type Service } from './call.ts';
import { regionalEndpoint } from './endpoint.ts';
import { DYNAMODB, type JsonService, jsonCall, KMS, SECRETS, unreadable } from './json.ts';
import { STS_HEADERS } from './sts.ts';
import { readXmlTree } from './tree.ts';

/** A service that takes a form and answers in XML: the version of its API stands in each request. */
type QueryService = { readonly speaks: 'query'; readonly name: string; readonly version: string };
/** One that is asked by GET at a path, with the values of the input in it. */
type RestService = { readonly speaks: 'rest'; readonly name: string; readonly path: string };
type Spoken = QueryService | RestService | ({ readonly speaks: 'json' } & JsonService);

function json(service: JsonService): Spoken {
  return { speaks: 'json', ...service };
}
function query(name: string, version: string): Spoken {
  return { speaks: 'query', name, version };
}
function rest(name: string, path: string): Spoken {
  return { speaks: 'rest', name, path };
}

const STACKS = query('cloudformation', '2010-05-15');
const IAM = query('iam', '2010-05-08');
const WATCH = query('monitoring', '2010-08-01');
const LOGS: JsonService = { name: 'logs', model: 'Logs_20140328', version: '1.1' };
const ACM: JsonService = { name: 'acm', model: 'CertificateManager', version: '1.1' };

/** All that we ever read of an account, by the right that it takes. None of it changes anything. */
const READS = {
  'acm:DescribeCertificate': json(ACM),
  'apigateway:GET': rest('apigateway', '/v2/domainnames/{DomainName}'),
  'cloudformation:DescribeStacks': STACKS,
  'cloudformation:ListStackResources': STACKS,
  'cloudwatch:DescribeAlarms': WATCH,
  'cloudwatch:GetDashboard': WATCH,
  'dynamodb:DescribeContinuousBackups': json(DYNAMODB),
  'dynamodb:DescribeTable': json(DYNAMODB),
  'dynamodb:Scan': json(DYNAMODB),
  'iam:GetOpenIDConnectProvider': IAM,
  'iam:GetPolicy': IAM,
  'iam:GetRole': IAM,
  'iam:SimulatePrincipalPolicy': IAM,
  'kms:DescribeKey': json(KMS),
  'lambda:GetAccountSettings': rest('lambda', '/2016-08-19/account-settings'),
  'lambda:GetFunction': rest('lambda', '/2015-03-31/functions/{FunctionName}'),
  'logs:DescribeLogGroups': json(LOGS),
  'route53:GetHostedZone': rest('route53', '/2013-04-01/hostedzone/{Id}'),
  'secretsmanager:DescribeSecret': json(SECRETS),
  'sts:GetCallerIdentity': query('sts', '2011-06-15'),
} as const satisfies { readonly [right: string]: Spoken };

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
function settle(name: string, setting: AwsSetting): AwsSetting {
  if (name !== 'iam' && name !== 'route53') return setting;
  const [, region = '', domain = ''] = EVERYWHERE.find(([regions]) => regions.test(setting.region)) ?? [];
  const china = region.startsWith('cn-') ? regionalEndpoint(name, region) : undefined;
  return { ...setting, region, endpoint: setting.endpoint ?? china ?? `https://${name}.${domain}` };
}

/** AWS's Query protocol: lists count from 1. */
function writeForm(value: unknown, path: string, form: URLSearchParams): void {
  if (Array.isArray(value))
    for (const [index, each] of value.entries()) writeForm(each, `${path}.member.${index + 1}`, form);
  else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value)) writeForm(each, path ? `${path}.${name}` : name, form);
  else form.set(path, String(value));
}

/** As an object, whatever element the answer is wrapped in. */
function readElements(body: string, operation: string): JsonObject {
  try {
    const root = readXmlTree(body) as JsonObject;
    const result = root[`${operation}Result`] ?? root;
    return result as JsonObject;
  } catch {
    throw unreadable(operation);
  }
}

function findXmlFault(body: string): Fault | undefined {
  try {
    const { Error: error } = readXmlTree(body) as { readonly Error?: { readonly [name: string]: string } };
    return error?.['Code'] ? { code: error['Code'], message: String(error['Message'] ?? '') } : undefined;
  } catch {
    return undefined;
  }
}

/** These services write their code into a header: the status tells as much. */
function findRestFault(body: string): Fault | undefined {
  const said = jsonObject(body);
  if (!said) return findXmlFault(body);
  return {
    code: String(said['__type'] ?? 'Refused'),
    message: String(said['Message'] ?? said['message'] ?? ''),
  };
}

async function askByForm(service: QueryService, operation: string, input: ReadInput, setting: AwsSetting) {
  const form = new URLSearchParams({ Action: operation, Version: service.version });
  writeForm(input, '', form);
  const asked: Service = { name: service.name, faultOf: findXmlFault };
  return readElements(await awsCall(asked, setting)(STS_HEADERS, form.toString()), operation);
}

async function askByPath(
  { name, path }: RestService,
  operation: string,
  input: ReadInput,
  setting: AwsSetting,
) {
  const filled = path.replace(/\{(\w+)\}/g, (_, each: string) => encodeURIComponent(String(input[each])));
  const body = await awsCall({ name, path: filled, faultOf: findRestFault }, setting)({}, '');
  return jsonObject(body) ?? readElements(body, operation);
}

/** Reads of an account what these credentials may. Nothing is asked before the first use. */
export function createAccountReader(setting: AwsSetting): ReadAccount {
  return (right, input = {}) => {
    const service: Spoken = READS[right];
    const operation = right.slice(right.indexOf(':') + 1);
    const there = settle(service.name, setting);
    if (service.speaks === 'query') return askByForm(service, operation, input, there);
    if (service.speaks === 'rest') return askByPath(service, operation, input, there);
    return jsonCall(service, there)(operation, input as JsonObject);
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

/** What AWS wrote as a list: in XML, an empty one is an empty text. */
export function listMembers(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
