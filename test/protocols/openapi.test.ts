import { describe, expect, test } from 'vitest';
import { readXml } from '../../lib/aws/xml.ts';
import { CODES, type Code } from '../../lib/errors.ts';
import { findBearerStatus } from '../../lib/protocols/bearer.ts';
import { PAGES } from '../../lib/protocols/discovery.ts';
import { GRANT_TYPE } from '../../lib/protocols/oauth.ts';
import { findWireError } from '../../lib/protocols/oauth-answer.ts';
import { describeApi } from '../../lib/protocols/openapi.ts';
import type { HttpAnswer } from '../../lib/protocols/protocol.ts';
import { findStsError } from '../../lib/protocols/sts/errors.ts';
import { findTokenStatus } from '../../lib/protocols/token-door.ts';
import { DOORS, REGISTRY_ROUTES, serve } from '../../lib/serve.ts';
import { httpRequest, testBroker } from '../harness/broker.ts';
import { says, testClouds } from '../harness/clouds.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { AUDIENCE, BUILDKITE } from '../harness/policy.ts';
import { CLAIMS, IMAGES, testAuthorizer } from '../harness/registry.ts';
import { APPS } from '../harness/signing.ts';
import { testSts } from '../harness/sts.ts';

/** What of JSON Schema the document uses. */
type Schema = {
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly xml?: { readonly name: string };
};
type Content = { readonly [type: string]: { readonly schema: Schema } };
type Operation = {
  readonly requestBody?: { readonly content: Content };
  readonly responses: { readonly [status: string]: { readonly content?: Content } };
};

const DOCUMENT = describeApi(AUDIENCE, [...Object.keys(PAGES), '/errors/{code}']) as {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
};

function operationOf(route: string): Operation {
  const [method = '', path = ''] = route.split(' ');
  const found = DOCUMENT.paths[path]?.[method.toLowerCase()];
  if (!found) throw new Error(`no operation ${route}`);
  return found;
}

const FORM = 'application/x-www-form-urlencoded';
const ARN = 'arn:aws:iam::123456789012:role/deploy';
const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: my-pipeline }\n`;
const ROLES = {
  one: TRUST,
  two: `${TRUST}aws: { role_arn: "${ARN}" }\n`,
  git: `${TRUST}github: { app: Iv23li, owner: acme, repositories: [web], permissions: { read_packages: { contents: read }, write_packages: { contents: write } } }\n`,
};

type Form = { readonly [name: string]: string | undefined };
/** Each door: how its request is made of a token, its table of codes, and the code in an answer. */
const TESTED: {
  readonly [route: string]: {
    readonly form?: Form;
    readonly token: string;
    /** The role that is asked for, and what its credential begins with. */
    readonly role?: string;
    readonly gives?: string;
    readonly wire: (code: Code) => readonly [status: number, error: string];
  };
} = {
  'POST /token': {
    form: {
      grant_type: GRANT_TYPE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      audience: 'two',
    },
    token: 'subject_token',
    wire: findWireError,
  },
  'POST /': {
    form: {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ARN,
      RoleSessionName: 'botocore-session-1',
    },
    token: 'WebIdentityToken',
    wire: findStsError,
  },
  'GET /credentials/{role}': { token: 'authorization', wire: code => [findBearerStatus(code), code] },
  'POST /git/{role}': {
    token: 'authorization',
    role: 'git',
    gives: 'ghs_local',
    wire: code => [findBearerStatus(code), code],
  },
};

const sts = await testSts();
const clouds = await testClouds();
const broker = await testBroker({ roles: ROLES, aws: sts.setting, clouds: clouds.setting, apps: APPS });

function ask(route: string, given: Form): Promise<HttpAnswer> {
  const [method = '', path = ''] = route.split(' ');
  const pairs = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const { token, role = 'two' } = TESTED[route] ?? {};
  const inHeaders = method === 'GET' || token === 'authorization';
  const headers = inHeaders ? Object.fromEntries(pairs) : { 'content-type': FORM };
  const body = new TextEncoder().encode(inHeaders ? '' : new URLSearchParams(pairs).toString());
  return serve(
    broker.broker,
    httpRequest({ method, path: path.replace('{role}', role), query: '', headers, body }),
  );
}

async function whole(route: string, changes: { readonly [name: string]: unknown } = {}): Promise<Form> {
  const { form = {}, token = '' } = TESTED[route] ?? {};
  const signed = await broker.issuer.sign(tokenClaims(changes));
  return { ...form, [token]: token === 'authorization' ? `Bearer ${signed}` : signed };
}

/** Where a value does not fit; a member that the schema does not name fits nowhere. */
function misfits(schema: Schema, value: unknown, at = ''): string[] {
  if (schema.oneOf) {
    const each = schema.oneOf.map(one => misfits(one, value, at));
    return each.find(found => found.length === 0) ?? each.flat();
  }
  if (schema.items) return (value as unknown[]).flatMap(item => misfits(schema.items ?? {}, item, `${at}[]`));
  if (schema.enum && !schema.enum.includes(value)) return [`${at}: ${value}`];
  if (!schema.properties) return typeof value === 'object' ? [`${at} is an object`] : [];
  const members = Object.entries(value as object);
  const missing = (schema.required ?? []).filter(name => !members.some(([own]) => own === name));
  return [
    ...missing.map(name => `${at}/${name} is missing`),
    ...members.flatMap(([name, each]) => {
      const own = schema.properties?.[name];
      return own ? misfits(own, each, `${at}/${name}`) : [`${at}/${name} is unknown`];
    }),
  ];
}

/** The texts of a document as members in members, without its root. */
function membersOf(xml: string): object {
  const root: { [name: string]: unknown } = {};
  for (const [path, text] of readXml(xml)) {
    const names = path.split('/').slice(1);
    const last = names.pop();
    if (last === undefined) continue;
    const parent = names.reduce((from, name) => from[name] as typeof root, root);
    parent[last] = text.trim() === '' ? {} : text;
  }
  return root;
}

function answered(route: string, { status, headers, body }: HttpAnswer): string[] {
  const [type = ''] = headers['content-type']?.split(';') ?? [];
  const schema = operationOf(route).responses[status]?.content?.[type]?.schema;
  if (!schema) return [`nothing of ${status} ${type}`];
  return misfits(schema, type === 'text/xml' ? membersOf(body) : JSON.parse(body));
}

test('the document has every door and page, and no other', () => {
  const documented = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  );
  const served = [
    ...Object.keys(DOORS),
    ...REGISTRY_ROUTES,
    ...[...Object.keys(PAGES), '/errors/{code}'].map(path => `GET ${path}`),
  ];
  expect(DOCUMENT.openapi).toBe('3.1.0');
  expect(documented.sort()).toEqual(served.sort());
});

describe.each(Object.entries(TESTED))('%s', (route, { form = {}, gives = 'ASIA', wire }) => {
  test('has every code under its status', () => {
    for (const code of Object.keys(CODES) as Code[]) {
      const [status, error] = wire(code);
      expect(JSON.stringify(operationOf(route).responses[status])).toContain(`"${error}"`);
    }
  });

  test.each([
    { name: 'a credential', changes: {}, of: 200 },
    { name: 'a stranger', changes: { organization_slug: 'other' }, of: 'role_refused_or_unknown' },
    { name: 'a caller whom the role knows', changes: { pipeline_slug: 'other' }, of: 'trust_not_met' },
    { name: 'an expired token', changes: { iat: 1, nbf: 1, exp: 2 }, of: 'token_expired' },
  ] as const)('answers with $name as the document says', async ({ changes, of }) => {
    const answer = await ask(route, await whole(route, changes));
    expect(answer.status).toBe(of === 200 ? of : wire(of)[0]);
    expect(answer.body).toContain(of === 200 ? gives : wire(of)[1]);
    expect(answered(route, answer)).toEqual([]);
  });

  test('answers without a token as the document says', async () => {
    const answer = await ask(route, form);
    expect(answer.status).toBe(wire('parameter_missing')[0]);
    expect(answered(route, answer)).toEqual([]);
  });

  test('answers when the provider cannot be reached as the document says', async () => {
    sts.reply(() => ({ status: 503, body: '' }));
    clouds.reply(says(503, ''));
    const answer = await ask(route, await whole(route));
    sts.reply();
    clouds.reply();
    expect([answer.status, answered(route, answer)]).toEqual([503, []]);
  });
});

const FORMS = Object.entries(TESTED).flatMap(([route, { form, token }]) =>
  form ? [{ route, form, token }] : [],
);

describe.each(FORMS)('the form of $route', ({ route, form, token }) => {
  const schema = operationOf(route).requestBody?.content[FORM]?.schema;
  const { required = [], properties = {} } = schema?.oneOf?.[0] ?? schema ?? {};
  const wrong = (each: Schema): string[] => [
    ...(each.const === undefined && each.enum === undefined ? [] : ['other']),
    ...(each.pattern === undefined ? [] : ['\u0000']),
    ...(each.maxLength === undefined ? [] : ['x'.repeat(each.maxLength + 1)]),
    ...(each.minimum === undefined ? [] : [String(each.minimum - 1)]),
    ...(each.maximum === undefined ? [] : [String(each.maximum + 1)]),
  ];

  test('needs what the document says that it needs', async () => {
    expect([...required].sort()).toEqual([...Object.keys(form), token].sort());
    const given = await whole(route);
    for (const name of required)
      expect([name, (await ask(route, { ...given, [name]: undefined })).status]).toEqual([name, 400]);
  });

  test.each(
    Object.entries(properties).flatMap(([name, each]) => wrong(each).map(value => ({ name, value }))),
  )('refuses $name where the document has no such value', async ({ name, value }) => {
    const answer = await ask(route, { ...(await whole(route)), [name]: value });
    expect([answer.status, answered(route, answer)]).toEqual([400, []]);
  });
});

describe('the token door of registries answers as the document says', () => {
  const ONE = { aud: IMAGES, organization_slug: 'your-org', pipeline_slug: 'one-pipeline' };
  const query = new URLSearchParams({ service: IMAGES, scope: 'repository:your-org/web:pull' }).toString();

  /** The answer to this token, or to none, by each method. */
  const askDoor = async (route: string, changes?: object): Promise<HttpAnswer> => {
    const door = await testAuthorizer([CLAIMS]);
    const token = changes && (await door.issuer.sign(tokenClaims({ ...ONE, ...changes })));
    const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;
    const form = new URLSearchParams({
      service: IMAGES,
      grant_type: 'password',
      ...(token ? { password: token } : {}),
    });
    const byGet = { query, headers: token ? { authorization: basic } : {} };
    const byPost = { headers: { 'content-type': FORM }, body: new TextEncoder().encode(form.toString()) };
    const [method = '', path = ''] = route.split(' ');
    return serve(door.broker, httpRequest({ method, path, ...(method === 'GET' ? byGet : byPost) }));
  };

  test.each(
    REGISTRY_ROUTES.flatMap(route => [
      { route, name: 'a token', changes: {}, status: 200 },
      { route, name: 'a stranger', changes: { organization_slug: 'other' }, status: 401 },
      { route, name: 'a caller who may not', changes: { pipeline_slug: 'other' }, status: 401 },
      { route, name: 'an expired token', changes: { iat: 1, nbf: 1, exp: 2 }, status: 401 },
      { route, name: 'no token', changes: undefined, status: 401 },
    ]),
  )('$route with $name', async ({ route, changes, status }) => {
    const answer = await askDoor(route, changes);
    expect([answer.status, answered(route, answer)]).toEqual([status, []]);
  });

  test.each(REGISTRY_ROUTES)('%s has every code under its status', route => {
    for (const code of Object.keys(CODES) as Code[])
      expect(JSON.stringify(operationOf(route).responses[findTokenStatus(code)])).toContain(`"${code}"`);
  });
});

test('POST /token takes its form as JSON too, in camel case', async () => {
  const { subject_token: token = '' } = await whole('POST /token');
  expect(operationOf('POST /token').requestBody?.content).toHaveProperty('application/json');
  const answer = await serve(
    broker.broker,
    httpRequest({
      headers: { 'content-type': 'application/json' },
      body: new TextEncoder().encode(
        JSON.stringify({
          grantType: GRANT_TYPE,
          subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
          audience: 'two',
          subjectToken: token,
        }),
      ),
    }),
  );
  expect([answer.status, answered('POST /token', answer)]).toEqual([200, []]);
});

test.each(['GET /', 'GET /aws/sts', 'GET /aws/sts/'])('%s is a presigned call alone', async route => {
  const answer = await ask(route, {});
  expect([answer.status, answered(route, answer)]).toEqual([400, []]);
});
