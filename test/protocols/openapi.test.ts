import { describe, expect, test } from 'vitest';
import { CODES, type Code } from '../../lib/errors.ts';
import { PAGES } from '../../lib/protocols/discovery.ts';
import { wireError } from '../../lib/protocols/oauth.ts';
import { DOORS, serve } from '../../lib/serve.ts';
import { httpRequest, type TestBroker, testBroker } from '../harness/broker.ts';
import { tokenClaims } from '../harness/issuer.ts';
import { BUILDKITE } from '../harness/policy.ts';

type Document = {
  readonly openapi: string;
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly requestBody?: { readonly content: { readonly [type: string]: { readonly schema: Schema } } };
        readonly responses: {
          readonly [status: string]: {
            readonly content?: { readonly [type: string]: { readonly schema: Schema } };
          };
        };
      };
    };
  };
};
type Schema = {
  readonly required: readonly string[];
  readonly properties: { readonly [name: string]: { readonly enum?: readonly unknown[] } };
};

const TRUST = `trust:\n  - { iss: ${BUILDKITE}, organization_slug: my-organization, pipeline_slug: my-pipeline }\n`;
const AWS = `${TRUST}aws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`;

const setUp = async (): Promise<{ broker: TestBroker; document: Document }> => {
  const broker = await testBroker({ roles: { one: TRUST, two: AWS } });
  const answer = await serve(broker.broker, httpRequest({ method: 'GET', path: '/openapi.json' }));
  return { broker, document: JSON.parse(answer.body) as Document };
};

const schemaOf = ({ paths }: Document, status: number): Schema => {
  const schema = paths['/token']?.['post']?.responses[String(status)]?.content?.['application/json']?.schema;
  if (!schema) throw new Error(`no schema of ${status}`);
  return schema;
};

describe('the OpenAPI document', () => {
  test('has every door and page, and no other', async () => {
    const { document } = await setUp();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths).sort()).toEqual(
      [
        ...new Set(Object.keys(DOORS).map(route => route.split(' ')[1] ?? '')),
        ...Object.keys(PAGES),
        '/errors/{code}',
      ].sort(),
    );
  });

  test('has every code under its status', async () => {
    const { document } = await setUp();
    for (const code of Object.keys(CODES) as Code[]) {
      const [status, error] = wireError(code);
      const { properties } = schemaOf(document, status);
      expect(properties['code']?.enum).toContain(code);
      expect(properties['error']?.enum).toContain(error);
    }
  });

  test.each([
    ['a credential', { audience: 'one' }, {}, 200],
    ['a stranger', { audience: 'one' }, { organization_slug: 'other' }, 400],
    ['a caller whom the role knows', { audience: 'one' }, { pipeline_slug: 'other' }, 400],
    ['a missing parameter', { audience: undefined }, {}, 400],
    ['a provider that cannot be reached', { audience: 'two' }, {}, 503],
  ])('says what is answered to %s', async (_name, form, changes, status) => {
    const { broker, document } = await setUp();
    const subject_token = await broker.issuer.sign(tokenClaims(changes));
    const answer = await broker.ask({ subject_token, ...form });
    expect(answer.status).toBe(status);
    const { required, properties } = schemaOf(document, status);
    const body = JSON.parse(answer.body) as { readonly [name: string]: unknown };
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(body)));
    expect(Object.keys(body)).toEqual(expect.arrayContaining([...required]));
    for (const [name, { enum: values }] of Object.entries(properties))
      if (values && name in body) expect(values).toContain(body[name]);
  });
});
