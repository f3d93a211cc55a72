import type { AwsSetting } from '../aws/call.ts';
import type { BrokerConfig } from '../config/compiled.ts';
import type { OutgoingRequest } from '../http/post.ts';
import { type HttpReply, ReplyReader } from '../http/reply.ts';
import type { Signer } from '../keys/signer.ts';
import type { Role } from '../policy/role.ts';
import type { IssuerRow } from '../token/issuer.ts';
import type { HttpEvent } from './event.ts';

/** The time of the rehearsal, at which its token is good: in seconds since the epoch. */
const NOW = 1_800_000_060;
const ISSUER = 'https://rehearsal.invalid';
const BROKER_URL = 'https://sts.rehearsal.invalid';
const ACCOUNT = '000000000000';

/**
 * A token of no issuer, and the key that verifies it; the private half was thrown away. No broker but that of the rehearsal
 * knows this key, and that one has nothing to give.
 */
const TOKEN =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6InJlaGVhcnNhbCJ9.eyJpc3MiOiJodHRwczovL3JlaGVhcnNhbC5' +
  'pbnZhbGlkIiwic3ViIjoib3JnYW5pemF0aW9uOnJlaGVhcnNhbDpwaXBlbGluZTpyZWhlYXJzYWw6cmVmOnJlZnMvaGVhZHM' +
  'vbWFpbjpjb21taXQ6MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpzdGVwOnJlaGVhcnNhbCIsImF' +
  '1ZCI6Imh0dHBzOi8vc3RzLnJlaGVhcnNhbC5pbnZhbGlkIiwiaWF0IjoxODAwMDAwMDAwLCJuYmYiOjE4MDAwMDAwMDAsImV' +
  '4cCI6MTgwMDAwMDMwMCwianRpIjoiMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwib3JnYW5pemF0aW9' +
  'uX3NsdWciOiJyZWhlYXJzYWwiLCJwaXBlbGluZV9zbHVnIjoicmVoZWFyc2FsIiwiYnVpbGRfbnVtYmVyIjoxLCJidWlsZF9' +
  'icmFuY2giOiJtYWluIiwiYnVpbGRfdGFnIjpudWxsLCJidWlsZF9jb21taXQiOiIwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA' +
  'wMDAwMDAwMDAwMDAwMDAwIiwic3RlcF9rZXkiOiJyZWhlYXJzYWwiLCJqb2JfaWQiOiIwMDAwMDAwMC0wMDAwLTQwMDAtODA' +
  'wMC0wMDAwMDAwMDAwMDIiLCJhZ2VudF9pZCI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMyIsImJ1aWx' +
  'kX3NvdXJjZSI6IndlYmhvb2siLCJydW5uZXJfZW52aXJvbm1lbnQiOiJzZWxmLWhvc3RlZCJ9.MaVzktAJaJwpboKYTPckzt' +
  '2_V741SUKEcJTjfqRNNAIYdTPq-GncuMMSOZqIcYmEVz_taODwjABBc7kcm58X-_FB8rs-bwN82apnyccP2jzCxDptVlefcE' +
  'uXQPZfTKjNDGSoNFgZy5arXJX1Ag0pxwZQy3QTOkDLdCILeNeWPYIsVrHNuAbFnsuR7L9SfCq8rVKFNDDmGzHT26U1bGKgAp' +
  'c3U8StRYByg6qrr0ia9y6yaL7RpGQjabS_lTvCVOQBEEBphhGshzCK5Vj7VvnJ0pNxmBIBhafzWW6lAMDCMB6Hq9JqtX_-' +
  'VbcEJUOstl9E7OPanmxOJpzR7fDbh20ZpA';
const KEY = {
  kty: 'RSA',
  kid: 'rehearsal',
  n:
    'r3LIlqycIr7bUm9dARN0o3Q51Q9hEAlsrA4Ugt25MfY73KpWaawYfHI5135eQw1Vubxqa2Nhgd15F1RhLUWZ6dAM--nZt8zF' +
    'CQ6sy0korJLpIVgfssZsxOKIp5ImjSCmkXgYZWg3iXhpcrmFd3bnswUmI_QkYDVQmUTWhhQvRWrdmo3-' +
    'sFdMenLk6TTZotqW0j0BVi6bf6h8juPNHJLtX-d6Q-fZ5YLo3z8fyNRSWsgO0hVP1z-OJ3rKoD7FLpJQVBw_OaCxD8-' +
    'dbZrMnN33i-IoFz3JpXKjFiCUR4tcBK5lnNtXozzqr-lhGyEn8v3nR5B30zPxfpF4s41SzK39Zw',
  e: 'AQAB',
};

const ROW: IssuerRow = {
  issuer: ISSUER,
  preset: undefined,
  origin: { keys: [KEY] },
  allowPrivateNetwork: false,
  algorithms: ['RS256'],
  maxTokenLifetime: 300,
  require: [],
  guardNamesTenant: true,
  labels: {
    organization: 'organization_slug',
    pipeline: 'pipeline_slug',
    build: 'build_number',
    branch: 'build_branch',
    job: 'job_id',
    link: `${ISSUER}/{organization_slug}/{pipeline_slug}/builds/{build_number}#{job_id}`,
  },
  vocabulary: undefined,
  binding: [{ anyOf: ['organization_slug'], ownerPrefix: [] }],
  nullable: ['build_tag', 'step_key'],
  onRequest: undefined,
  session: { group: 'pipeline_slug', run: 'build_number', job: 'job_id' },
  audiences: [],
  pipelineId: undefined,
};

function createRehearsalRole(branch: string): Role {
  const on = { on: 'claim', binds: true } as const;
  return {
    name: branch,
    description: undefined,
    contact: 'nobody',
    audience: BROKER_URL,
    trust: [
      {
        id: 'rehearsal',
        effect: 'trust',
        issuer: ISSUER,
        conditions: [
          {
            ...on,
            name: 'organization_slug',
            path: 'organization_slug',
            operator: 'equals',
            operands: ['rehearsal'],
          },
          {
            ...on,
            name: 'pipeline_slug',
            path: 'pipeline_slug',
            operator: 'matches',
            operands: ['rehears*'],
          },
          {
            ...on,
            binds: false,
            name: 'build_branch',
            path: 'build_branch',
            operator: 'equals',
            operands: [branch],
          },
        ],
        scopes: undefined,
        until: undefined,
        flat: false,
      },
    ],
    deny: [],
    issuers: { [ISSUER]: ROW },
    session: { seconds: 3600, max: 3600, min: 900 },
    singleUse: false,
    disabled: undefined,
    template: {
      kind: 'aws',
      role_arn: `arn:aws:iam::${ACCOUNT}:role/rehearsal`,
      source_identity: false,
      tags: { Branch: '${build_branch}' },
      transitive_tags: [],
      policy_arns: [],
      via: 'assume_role',
      external_id: 'rehearsal',
    },
  };
}

const ROLES: ReadonlyMap<string, Role> = new Map(
  ['main', 'other'].map(each => [each, createRehearsalRole(each)]),
);
const LIMIT = { perMinute: 60, burst: 60 };

const CONFIG: BrokerConfig = {
  url: BROKER_URL,
  audience: BROKER_URL,
  rows: new Map([[ISSUER, ROW]]),
  audiences: new Set([BROKER_URL]),
  roles: {
    find: name => {
      const role = ROLES.get(name);
      return role && { role, digest: '' };
    },
    findNear: () => undefined,
    size: ROLES.size,
  },
  limits: { exchanges: LIMIT, authorizations: LIMIT, refusals: LIMIT, identities: LIMIT, stsCalls: LIMIT },
};

function writeRehearsedSession(form: URLSearchParams): string {
  const session = form.get('RoleSessionName');
  const expiration = new Date((NOW + 3600) * 1000).toISOString();
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:${session}</AssumedRoleId><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/rehearsal/${session}</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>none</SecretAccessKey><SessionToken>none</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

/** Stands for all of AWS: nothing is sent. The bytes of its answer are read as those of a connection. */
async function answerAsAws({ headers, body }: OutgoingRequest): Promise<HttpReply> {
  const said = headers['x-amz-target'] ? '{"Items":[]}' : writeRehearsedSession(new URLSearchParams(body));
  const bytes = `HTTP/1.1 200 OK\r\nDate: Fri, 15 Jan 2027 08:01:00 GMT\r\nContent-Length: ${said.length}\r\n\r\n${said}`;
  return new ReplyReader().read(Buffer.from(bytes)) as HttpReply;
}

const AWS: AwsSetting = {
  region: 'us-east-1',
  credentials: async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'none', sessionToken: 'none' }),
  now: () => NOW,
  post: answerAsAws,
};

const SIGNER: Signer = {
  sign: () => Promise.reject(new Error('nothing is signed in a rehearsal')),
  publicKeys: async () => [],
};

/** The surroundings of the rehearsal's broker: it asks nobody, tells nobody but of a fault of its own, and remembers nothing of anybody. */
const SURROUNDINGS = {
  signer: SIGNER,
  aws: AWS,
  switchTable: 'rehearsal',
  identityTable: 'rehearsal',
  sink: (): void => undefined,
  metrics: true,
  onFault: (): void => undefined,
  now: () => NOW,
};

function writeEvent(role: string): HttpEvent {
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: TOKEN,
    audience: role,
  };
  return {
    rawPath: '/token',
    rawQueryString: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    requestContext: { http: { method: 'POST', sourceIp: '192.0.2.1' } },
    body: Buffer.from(new URLSearchParams(form).toString()).toString('base64'),
    isBase64Encoded: true,
  } as unknown as HttpEvent;
}

const CONTEXT = { getRemainingTimeInMillis: () => 10_000 };

type Handler = (event: HttpEvent, context: never) => Promise<{ readonly statusCode?: number | undefined }>;

/**
 * Plays an exchange that succeeds and one that is denied, by the code of real ones and a broker that has nothing to do with
 * the deployed one, and gives their statuses. A function has a whole CPU while it initializes, and a small share of one
 * for its first request: what runs for the first time takes ten times as long there.
 */
export async function rehearse(
  create: (config: BrokerConfig, surroundings: typeof SURROUNDINGS) => Handler,
): Promise<readonly (number | undefined)[]> {
  const handle = create(CONFIG, SURROUNDINGS);
  const statuses: (number | undefined)[] = [];
  for (const role of ROLES.keys())
    statuses.push((await handle(writeEvent(role), CONTEXT as never)).statusCode);
  return statuses;
}
