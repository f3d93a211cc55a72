import { type Complaint, Complaints, writeComplaint } from '../language/complaint.ts';

const HTTP_URL = /^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/;
const LEVELS = ['error', 'info', 'debug'] as const;
export type LogLevel = (typeof LEVELS)[number];

function isNoTable(name: string): boolean {
  return !/^[\w.-]{3,255}$/.test(name);
}

function isNoKey(id: string): boolean {
  return !/^[\w:/-]+$/.test(id);
}

type SettingRule = {
  readonly says: string;
  readonly fallback?: string;
  /** Left out: it may have any value. */
  readonly wrong?: (value: string) => boolean;
};

/**
 * The one registry of environment variables, for broker and client. docs/reference/configuration.md has a
 * row for each, and a test holds the two together.
 */
export const SETTINGS = {
  PORT: {
    says: 'The port that `npm start` listens on; 0 takes a free one.',
    fallback: '8787',
    wrong: value => !/^\d{1,5}$/.test(value) || Number(value) > 65_535,
  },
  KITE_STS_CONFIG: {
    says: 'The folder with broker.yml and roles/; `--config` on the command line goes before it.',
    fallback: 'config',
    wrong: value => value === '',
  },
  KITE_STS_AWS_ENDPOINT: {
    says: 'Where AWS STS and KMS are reached, for an emulator. On the laptop it must be a loopback address.',
    wrong: value => !HTTP_URL.test(value) || !URL.canParse(value),
  },
  KITE_STS_SIGNING_KEYS: {
    says: 'The KMS keys that sign for us, by id or ARN with commas between: the first signs, all are published. The deployment sets it.',
    wrong: value => !/^[\w:/-]+(,[\w:/-]+)*$/.test(value),
  },
  KITE_STS_SEALED_KEYS: {
    says: 'The DynamoDB table of sealed signing keys; without it KMS signs each token. The deployment sets it.',
    wrong: isNoTable,
  },
  KITE_STS_SEALING_KEY: {
    says: 'The KMS key, by id or ARN, that opens sealed signing keys. The deployment sets it.',
    wrong: isNoKey,
  },
  KITE_STS_IDENTITY_TABLE: {
    says: 'The DynamoDB table that remembers whose sessions the STS door gave. The deployment sets it; a function whose roles give AWS sessions does not start without it.',
    wrong: isNoTable,
  },
  KITE_STS_SPENT_TABLE: {
    says: 'The DynamoDB table of tokens that `single_use` roles have taken. The deployment sets it; a function with such a role does not start without it.',
    wrong: isNoTable,
  },
  KITE_STS_JOB_TABLE: {
    says: 'The DynamoDB table of what events have told of jobs. The deployment sets it; a function of one that hears events does not start without it.',
    wrong: isNoTable,
  },
  KITE_STS_SWITCH_TABLE: {
    says: 'The DynamoDB table of what is switched off. The deployment sets it; a function that decides does not start without it.',
    wrong: isNoTable,
  },
  KITE_STS_APP_KEYS: {
    says: 'App=ARN with commas between: the key of KMS, or the secret, by which we sign as each app of a role. The deployment sets it.',
    wrong: value => !/^[\w.-]+=arn:[\w+=.@:/-]+(,[\w.-]+=arn:[\w+=.@:/-]+)*$/.test(value),
  },
  KITE_STS_ISSUER_KEY_TABLE: {
    says: "The DynamoDB table of issuers' keys, which the function refresher writes. The deployment sets it; a function whose issuers are asked for keys does not start without it.",
    wrong: isNoTable,
  },
  KITE_STS_ISSUER_KEY_PROOF: {
    says: "The KMS key, by id or ARN, that proves rows of the table of issuers' keys. The deployment sets it; a function that is told of the table does not start without it.",
    wrong: isNoKey,
  },
  KITE_STS_TARBALL_SHA256: {
    says: 'The SHA-256 of tarballs of kite-sts, with spaces between: packaging and `upgrade` take no other. Keep it among the variables of your CI, which no pull request can write.',
    wrong: value => !/^([0-9a-f]{64}( [0-9a-f]{64})*)?$/.test(value),
  },
  KITE_STS_LOG_LEVEL: {
    says: 'How much goes to standard error: error, info or debug (causes of faults too). Audit events always go to standard output.',
    fallback: 'info',
    wrong: value => !(LEVELS as readonly string[]).includes(value),
  },
  KITE_STS_URL: {
    says: 'The https URL of the broker, for `exchange`, `exec`, `credential-process` and `whoami`; `--broker` goes before it.',
    wrong: value => !HTTP_URL.test(value),
  },
  KITE_STS_ID_TOKEN: {
    says: 'The subject token, where the CI fills a variable with it, as GitLab does; `--token-env` names another.',
  },
  KITE_STS_REACH: {
    says: 'Set by `exec --reach` and by the plugin: the registries, clusters, databases and package domains that the helpers answer for, with spaces between.',
  },
  KITE_STS_TOKEN_FILE: {
    says: 'Set by `exec` for its command: the file that always holds the current token.',
  },
} as const satisfies Record<string, SettingRule>;

export type SettingName = keyof typeof SETTINGS;

export type Settings = {
  readonly port: number;
  readonly config: string;
  readonly awsEndpoint: string | undefined;
  readonly signingKeys: readonly string[];
  readonly identityTable: string | undefined;
  readonly issuerKeyTable: string | undefined;
  readonly issuerKeyProof: string | undefined;
  readonly spentTable: string | undefined;
  readonly switchTable: string | undefined;
  readonly jobTable: string | undefined;
  readonly sealedKeys: string | undefined;
  readonly sealingKey: string | undefined;
  /** App → ARN of its key. */
  readonly appKeys: ReadonlyMap<string, string>;
  readonly logLevel: LogLevel;
  /** SHA-256 in hex; none: any tarball that fits the lock file. */
  readonly tarballDigests: readonly string[];
};

const PREFIX = 'KITE_STS_';
type Environment = { readonly [name: string]: string | undefined };

function locateSetting(name: string) {
  return { file: `environment ${name}`, line: 1, column: 1 };
}

function complainOfUnknownSettings(environment: Environment, complaints: Complaints): void {
  const known = Object.keys(SETTINGS);
  for (const name of Object.keys(environment))
    if (name.startsWith(PREFIX) && !known.includes(name))
      complaints.at(locateSetting(name)).unknownName('setting-unknown', 'There is no setting', name, known);
}

/** Reads one setting; what is wrong with it is complained of, and it is as if it were not there. */
function readEnvironmentSetting(
  name: SettingName,
  environment: Environment,
  complaints: Complaints,
): string | undefined {
  const { fallback, wrong, says }: SettingRule = SETTINGS[name];
  const written = environment[name];
  if (written === undefined) return fallback;
  if (!wrong?.(written)) return written;
  const here = complaints.at(locateSetting(name));
  return here.say('setting-value', `${name} has a value that it cannot have. ${says}`) ?? fallback;
}

/** The name of a secret may hold an `=`, and no app's id does. */
function splitAppKey(pair: string): [app: string, arn: string] {
  const split = pair.indexOf('=');
  return [pair.slice(0, split), pair.slice(split + 1)];
}

/** Reads the settings from the environment: an unknown `KITE_STS_…` is refused, with the nearest name. */
export function readSettings(environment: Environment): {
  readonly settings: Settings;
  readonly complaints: readonly Complaint[];
} {
  const complaints = new Complaints();
  complainOfUnknownSettings(environment, complaints);
  const readValue = (name: SettingName) => readEnvironmentSetting(name, environment, complaints);
  return {
    settings: {
      port: Number(readValue('PORT')),
      config: readValue('KITE_STS_CONFIG') ?? '',
      awsEndpoint: readValue('KITE_STS_AWS_ENDPOINT'),
      signingKeys: readValue('KITE_STS_SIGNING_KEYS')?.split(',') ?? [],
      sealedKeys: readValue('KITE_STS_SEALED_KEYS'),
      sealingKey: readValue('KITE_STS_SEALING_KEY'),
      identityTable: readValue('KITE_STS_IDENTITY_TABLE'),
      issuerKeyTable: readValue('KITE_STS_ISSUER_KEY_TABLE'),
      issuerKeyProof: readValue('KITE_STS_ISSUER_KEY_PROOF'),
      spentTable: readValue('KITE_STS_SPENT_TABLE'),
      switchTable: readValue('KITE_STS_SWITCH_TABLE'),
      jobTable: readValue('KITE_STS_JOB_TABLE'),
      appKeys: new Map((readValue('KITE_STS_APP_KEYS')?.split(',') ?? []).map(splitAppKey)),
      logLevel: readValue('KITE_STS_LOG_LEVEL') as LogLevel,
      // A variable that a CI does not know is empty there.
      tarballDigests: readValue('KITE_STS_TARBALL_SHA256')?.split(' ').filter(Boolean) ?? [],
    },
    complaints: complaints.all,
  };
}

/**
 * Reads the settings of a function, which cannot be asked to mend them: it does not start with any that is wrong, nor without
 * any of those that it was packaged to have.
 */
export function demandSettings(environment: Environment, wired: readonly SettingName[]): Settings {
  const { settings, complaints } = readSettings(environment);
  const absent = wired
    .filter(name => environment[name] === undefined)
    .map(
      name =>
        `environment ${name}: is not set, and this function was packaged to have it. ${SETTINGS[name].says}`,
    );
  const found = [...complaints.map(writeComplaint), ...absent];
  if (found.length > 0) throw new Error(found.join('\n'));
  return settings;
}
