import type { AuditEvent } from '../../lib/audit/event.ts';
import { type Authorizer, authorize } from '../../lib/authorize.ts';
import { createAuthorizer, createBroker, type Surroundings } from '../../lib/broker.ts';
import { createAuthorizerConfig, createBrokerConfig } from '../../lib/config/compiled.ts';
import type { BrokerError } from '../../lib/errors.ts';
import { createLocalSigner } from '../../lib/keys/local.ts';
import type { Signer } from '../../lib/keys/signer.ts';
import { Complaints } from '../../lib/language/complaint.ts';
import { compileRegistry, parseRegistry } from '../../lib/language/registry.ts';
import type { Registry } from '../../lib/policy/registry.ts';
import type { HttpRequest } from '../../lib/protocols/protocol.ts';
import type { Broker } from '../../lib/serve.ts';
import type { Limits } from '../../lib/stores/limits.ts';
import type { KeySource } from '../../lib/token/keys.ts';
import { httpRequest, issuerOfTests } from './broker.ts';
import { type TestIssuer, tokenClaims } from './issuer.ts';
import { PLENTY } from './limits.ts';
import { AUDIENCE, ISSUERS, NOW, placesOf, rowsFrom } from './policy.ts';
import { CLAIMS_SEED, FLAT_SEED } from './seeds.ts';

export const REGISTRY_AUDIENCE = 'https://packages.test.example/acme/npm';

/** What a registry needs beside its trust policy. */
export const METHODS = `
audience: ${REGISTRY_AUDIENCE}
path: /npm
methods:
  GET: read_packages
  HEAD: read_packages
  PUT: write_packages
  DELETE: delete_packages
`;

/** Compiles the text of a registry as it stands, with what is wrong with it. */
export function compileRegistryText(
  text: string,
  issuers = ISSUERS,
): { registry: Registry | undefined; refusals: readonly string[] } {
  const complaints = new Complaints();
  const document = parseRegistry('tested', 'tested.yml', text, complaints);
  const registry = document && compileRegistry(document, rowsFrom(issuers), complaints);
  return { registry, refusals: placesOf(complaints.all) };
}

/** A registry that must compile. */
export function registryFrom(text: string, issuers = ISSUERS): Registry {
  const { registry, refusals } = compileRegistryText(text, issuers);
  if (!registry) throw new Error(refusals.join('\n'));
  return registry;
}

/** Registries by the two policies of Buildkite's documentation. */
export const FLAT = registryFrom(`${METHODS}
trust:${FLAT_SEED}`);
export const CLAIMS = registryFrom(`
contact: "#packages"
audience: https://packages.test.example/your-org/images
path: /v2/your-org
methods: { GET: read_packages, HEAD: read_packages, POST: write_packages, DELETE: delete_packages }
trust:${CLAIMS_SEED}`);

/** The audience of the latter. */
export const IMAGES = 'https://packages.test.example/your-org/images';

type Changes = { readonly [name: string]: unknown };

type Options = {
  readonly sink?: (line: string) => void;
  /** In the place of the test issuer's. */
  readonly keys?: KeySource;
  readonly issuers?: string;
  readonly limits?: Limits;
  /** Where it reads what is switched off. */
  readonly table?: Partial<Pick<Surroundings, 'aws' | 'switchTable'>>;
};

export type TestAuthorizer = {
  readonly authorizer: Authorizer;
  /** The exchange beside it, whose token door knows the same registries. */
  readonly broker: Broker;
  readonly signer: Signer;
  /** May be moved on. */
  readonly clock: { now: number };
  readonly issuer: TestIssuer;
  readonly audit: string[];
  readonly faults: BrokerError[];
  /** The last audit event. */
  event(): AuditEvent;
  /** `authorized by <statement> for <scopes>`, or the code of the refusal. */
  ask(request: Partial<HttpRequest>): Promise<string>;
  /** The same of a GET of a package, unless it is said otherwise, with a token of these claims. */
  asked(request: Partial<HttpRequest>, changes?: Changes): Promise<string>;
};

/** What stands in front of these registries, in this process, with one test issuer for every row. */
export async function testAuthorizer(
  registries: readonly Registry[],
  { sink, keys, issuers = ISSUERS, table, limits = PLENTY }: Options = {},
): Promise<TestAuthorizer> {
  const issuer = await issuerOfTests();
  const signer = createLocalSigner();
  const clock = { now: NOW };
  const audit: string[] = [];
  const faults: BrokerError[] = [];
  const config = { folder: 'test', url: AUDIENCE, audience: AUDIENCE, rows: rowsFrom(issuers) };
  const whole = { ...config, roles: [], registries, limits };
  const loaded = createAuthorizerConfig(whole);
  const around = {
    publicKeys: signer.publicKeys,
    sink: sink ?? (line => void audit.push(line)),
    onFault: (error: BrokerError) => void faults.push(error),
    keysFor: () => keys ?? issuer.keys,
    now: () => clock.now,
    ...table,
  };
  const authorizer = createAuthorizer(loaded, around);
  const aws = table?.aws ?? {
    region: 'us-east-1',
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
  };
  const broker = createBroker(createBrokerConfig(whole), { ...around, aws, signer }, loaded);
  const ask: TestAuthorizer['ask'] = async request => {
    const answer = await authorize(authorizer, httpRequest({ headers: {}, ...request }));
    return answer.kind === 'refused'
      ? answer.code
      : `authorized by ${answer.statement} for ${answer.scopes.join(' ')}`;
  };
  const asked: TestAuthorizer['asked'] = async (request, changes = {}) => {
    const token = await issuer.sign(tokenClaims({ aud: REGISTRY_AUDIENCE, ...changes }));
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    return ask({ method: 'GET', path: '/npm/left-pad', ...request, headers });
  };
  return {
    authorizer,
    broker,
    signer,
    clock,
    issuer,
    audit,
    faults,
    event: () => JSON.parse(audit.at(-1) ?? '{}') as AuditEvent,
    ask,
    asked,
  };
}
