import { type Complaint, Complaints } from '../lib/language/complaint.ts';
import {
  integer,
  list,
  object,
  oneOf,
  optional,
  record,
  required,
  text,
  truth,
} from '../lib/language/shape.ts';
import type { Tree } from '../lib/language/tree.ts';
import { locateInService, OPTIONS_PATH } from './place.ts';
import { type ProviderSettings, readProvider } from './provider.ts';

/** The options that a team may write under `custom.kiteSts` in its serverless.yml, with the defaults filled in. */
export type DeployOptions = {
  /** The folder with broker.yml and roles/, unless KITE_STS_CONFIG says otherwise. */
  readonly config: string | undefined;
  readonly domain:
    | { readonly name: string; readonly certificateArn: string; readonly hostedZoneId?: string }
    | undefined;
  readonly alarms: { readonly snsTopicArn?: string };
  readonly dashboard: boolean;
  readonly logRetentionDays: number;
  /** Requests a second, and how many at once: of the whole API, before any function runs. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Patterns of role ARNs, for fleets whose roles no longer fit one IAM policy one by one. */
  readonly targets: readonly string[];
  /** The AWS Organization that bounds `targets`. */
  readonly orgId: string | undefined;
  /** How tokens are signed: KMS each of them, or keys of a day that KMS sealed and opens. */
  readonly signing: 'kms' | 'sealed';
  /** Which of the two published keys signs. Rotation is the other word. */
  readonly signingKey: 'first' | 'second';
  /** How many exchanges may run at once, set aside for them out of the account's limit. */
  readonly reservedConcurrency: number | undefined;
  /** How many functions the account lets run at once. */
  readonly accountConcurrency: number;
  /** App of a role → the ARN of its key in KMS, or of a secret with its private key. */
  readonly appKeys: { readonly [app: string]: string };
  /** A Lambda URL beside the API. It is neither throttled nor logged at a gateway. */
  readonly functionUrl: boolean;
  /** Who may switch off and on: ARNs of roles and users. With none, whoever IAM lets. */
  readonly operators: readonly string[];
  /** Who may also remove what is in the table of switches: one ARN, or none. */
  readonly breakGlass: readonly string[];
  /** The number of the broker's account: with it packaging writes the rights to deploy, and all roles have a boundary. */
  readonly account: string | undefined;
  /** All that `provider` says of what is deployed. */
  readonly provider: ProviderSettings;
};

// What CloudWatch Logs takes: any other number fails the deployment half-way.
const RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

function expectArn(service: string) {
  return text({
    max: 256,
    pattern: new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:[\\w+=,.@:/-]+$`),
    says: `an ARN of ${service}`,
  });
}

const APP_KEY = text({
  max: 512,
  pattern:
    /^arn:aws[a-z-]*:(kms:[a-z0-9-]+:\d{12}:key|secretsmanager:[a-z0-9-]+:\d{12}:secret)[/:][\w+=.@/-]+$/,
  says: 'the ARN of a key of KMS, or of a secret of Secrets Manager',
});

/**
 * A policy compares the role or user behind a session. Roles of IAM Identity Center end in characters that AWS chooses:
 * those alone may be left open.
 */
const PERSON = text({
  max: 512,
  pattern:
    /^arn:aws[a-z-]*:iam::\d{12}:(user\/[\w+=,.@/-]+|role\/([\w+=,.@/-]+|aws-reserved\/sso\.amazonaws\.com\/([a-z0-9-]+\/)?AWSReservedSSO_[\w+=,.@-]+_\*))$/,
  says: 'the ARN of an IAM role or user, and not of a session',
});

const OPTIONS = object({
  config: optional(text({ max: 256 })),
  domain: optional(
    object({
      name: required(
        text({ max: 253, pattern: /^([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/, says: 'a domain name' }),
      ),
      certificateArn: required(expectArn('acm')),
      hostedZoneId: optional(text({ max: 32, pattern: /^Z[A-Z0-9]+$/, says: 'the id of a hosted zone' })),
    }),
  ),
  alarms: optional(object({ snsTopicArn: optional(expectArn('sns')) })),
  dashboard: optional(truth),
  logRetentionDays: optional(integer(1, 3653, ' days')),
  throttle: optional(object({ rate: required(integer(1, 10_000)), burst: required(integer(1, 5000)) })),
  targets: optional(
    list(
      text({
        max: 256,
        pattern: /^arn:aws[a-z-]*:iam::(\d{12}|\*):role\/[\w+=,.@*/-]+$/,
        says: 'a pattern of role ARNs, such as arn:aws:iam::*:role/ci-*',
      }),
      50,
    ),
  ),
  orgId: optional(text({ pattern: /^o-[a-z0-9]{10,32}$/, says: 'the id of an AWS Organization' })),
  signing: optional(oneOf('kms', 'sealed')),
  signingKey: optional(oneOf('first', 'second')),
  reservedConcurrency: optional(integer(1, 100_000)),
  accountConcurrency: optional(integer(1, 100_000)),
  // A function has 4 KB for all its settings.
  appKeys: optional(record(APP_KEY, 10)),
  functionUrl: optional(truth),
  operators: optional(list(PERSON, 20)),
  breakGlass: optional(PERSON),
  account: optional(text({ pattern: /^\d{12}$/, says: 'the number of an account, in quotes' })),
});

/** serverless.yml was read by the Serverless Framework, which keeps no lines: the path says where a value stands. */
function buildTree(value: unknown, path: string): Tree {
  const place = locateInService(path);
  if (Array.isArray(value))
    return { kind: 'list', place, items: value.map((item, index) => buildTree(item, `${path}[${index}]`)) };
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([key, each]) => ({
      key,
      place: locateInService(`${path}.${key}`),
      value: buildTree(each, `${path}.${key}`),
    }));
    return { kind: 'map', place, entries };
  }
  const scalar = value as string | number | boolean | null;
  return { kind: 'scalar', value: scalar, source: String(scalar), place };
}

type OptionsText = NonNullable<ReturnType<typeof OPTIONS.read>>;

/** Both places may say how long logs are kept, but not two things. */
function readRetention(
  written: OptionsText | undefined,
  provider: ProviderSettings,
  complaints: Complaints,
): number {
  const days = written?.logRetentionDays ?? provider.logRetentionInDays ?? 90;
  const place = locateInService(`${OPTIONS_PATH}.logRetentionDays`);
  if (provider.logRetentionInDays !== undefined && provider.logRetentionInDays !== days)
    complaints
      .at(place)
      .wrongValue(`provider.logRetentionInDays is ${provider.logRetentionInDays}. Write one of the two.`);
  if (!RETENTIONS.includes(days))
    complaints.at(place).wrongValue(`CloudWatch Logs keeps for one of: ${RETENTIONS.join(', ')} days.`);
  return days;
}

function fillDefaults(
  written: OptionsText,
  provider: ProviderSettings,
  logRetentionDays: number,
): DeployOptions {
  return {
    config: written.config,
    domain: written.domain,
    orgId: written.orgId,
    reservedConcurrency: written.reservedConcurrency,
    alarms: written.alarms ?? {},
    dashboard: written.dashboard ?? true,
    logRetentionDays,
    throttle: written.throttle ?? { rate: 50, burst: 100 },
    targets: written.targets ?? [],
    // AWS gives an account so many by itself; one that is new may have less until it is used.
    accountConcurrency: written.accountConcurrency ?? 1000,
    signing: written.signing ?? 'kms',
    signingKey: written.signingKey ?? 'first',
    appKeys: written.appKeys ?? {},
    functionUrl: written.functionUrl ?? false,
    operators: written.operators ?? [],
    breakGlass: written.breakGlass === undefined ? [] : [written.breakGlass],
    account: written.account,
    provider,
  };
}

/** Reads `custom.kiteSts` and `provider`; every key that is not known is a complaint, since it would silently do nothing. */
export function readOptions(
  custom: unknown,
  given: unknown = {},
): { readonly options: DeployOptions | undefined; readonly complaints: readonly Complaint[] } {
  const complaints = new Complaints();
  const written = OPTIONS.read(buildTree(custom ?? {}, OPTIONS_PATH), complaints);
  const provider = readProvider(given, complaints);
  const days = readRetention(written, provider, complaints);
  if (written?.targets && written.orgId === undefined)
    complaints
      .at(locateInService(OPTIONS_PATH))
      .missingKey('orgId', 'beside targets, whose patterns it bounds');
  if (!written || complaints.all.length > 0) return { options: undefined, complaints: complaints.all };
  return { options: fillDefaults(written, provider, days), complaints: [] };
}
