import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Signer } from '../../lib/keys/signer.ts';
import { Complaints } from '../../lib/language/complaint.ts';
import { compileRole, parseRole } from '../../lib/language/role.ts';
import type { Grant } from '../../lib/policy/decide.ts';
import type { Role } from '../../lib/policy/role.ts';
import { createAwsProvider } from '../../lib/providers/aws.ts';
import { createAzureProvider } from '../../lib/providers/azure.ts';
import { createGcpProvider } from '../../lib/providers/gcp.ts';
import { createJwtProvider } from '../../lib/providers/jwt.ts';
import { codeOf } from '../harness/code.ts';
import { LIMITER } from '../harness/limits.ts';
import { AUDIENCE, BUILDKITE, buildkiteClaims, decideFor, NOW, settingOf } from '../harness/policy.ts';
import { SIGNING } from '../harness/signing.ts';

const CLOUDS = /^(sts\.amazonaws\.com|api:\/\/AzureADTokenExchange|https:\/\/iam\.googleapis\.com\/)/;
const AWS_CLAIM = 'https://aws.amazon.com/';
const POOL =
  '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci-pool/providers/kite-sts';
const GUID = '11111111-2222-4333-8444-555555555555';

const name = fc.constantFrom('a', 'b', 'a-b', 'role', 'a-p1', 'p1');
const claimName = fc.constantFrom(
  ...['sub', 'Sub', 'aud', 'iss', 'typ', 'act', '__proto__', 'constructor', 'team', `${AWS_CLAIM}tags`],
  ...[`${AWS_CLAIM}source_identity`, 'HTTPS://aws.amazon.com/tags', 'google.subject', 'oid', 'azp'],
);
const value = fc.constantFrom(
  'role:a',
  'role:b',
  'main',
  '${build_branch}',
  '${pipeline_id}',
  'sts.amazonaws.com',
);
const audience = fc.constantFrom(
  ...['https://api.example', 'sts.amazonaws.com', 'api://AzureADTokenExchange', `https:${POOL}`, POOL],
  ...['vault', 'STS.amazonaws.com', 'api://AzureADTokenExchangeChina'],
);

const jwt = fc.record(
  {
    audience,
    subject: fc.constantFrom('role', 'pipeline', 'role:b'),
    claims: fc.dictionary(claimName, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    federation: fc.boolean(),
  },
  { requiredKeys: ['audience'] },
);
const aws = fc.record(
  {
    role_arn: fc.constant('arn:aws:iam::123456789012:role/deploy'),
    via: fc.constantFrom('web_identity', 'assume_role'),
    tags: fc.dictionary(fc.constantFrom('team', 'sub', 'aud'), value, { minKeys: 1, maxKeys: 2 }),
    source_identity: fc.boolean(),
    external_id: fc.constant('role:b'),
    subject: fc.constant('role:b'),
  },
  { requiredKeys: ['role_arn', 'via'] },
);
const gcp = fc.record(
  { audience: fc.constantFrom(POOL, `${POOL}-2`, 'sts.amazonaws.com'), subject: value },
  { requiredKeys: ['audience'] },
);
const azure = fc.record(
  {
    tenant_id: fc.constant(GUID),
    client_id: fc.constant(GUID),
    scope: fc.constant('https://management.azure.com/.default'),
    cloud: fc.constantFrom('public', 'china', 'us-government'),
    subject: value,
  },
  { requiredKeys: ['tenant_id', 'client_id', 'scope'] },
);
const provider = fc.oneof(fc.record({ jwt }), fc.record({ aws }), fc.record({ gcp }), fc.record({ azure }));

const CLAIMS = buildkiteClaims({
  pipeline_id: 'p1',
  'https://aws.amazon.com/tags': { principal_tags: { team: ['admins'] } },
});
const TRUST = [
  {
    iss: BUILDKITE,
    claims: { organization_slug: 'my-organization', pipeline_id: 'p1', build_branch: 'main' },
  },
];

/** A role file is YAML, and so JSON too. Undefined where the loader refuses it. */
function roleOf(role: string, part: object): Role | undefined {
  const document = parseRole(
    role,
    `${role}.yml`,
    JSON.stringify({ trust: TRUST, ...part }),
    new Complaints(),
  );
  return document && compileRole(document, settingOf(), new Complaints());
}

type Signed = { readonly typ: string; readonly claims: { readonly [name: string]: unknown } };

/** All that is signed when the role is had. The signer keeps what it is given and gives nothing back. */
async function signedFor(role: Role): Promise<Signed[]> {
  const signed: Signed[] = [];
  const sign: Signer['sign'] = async (typ, claims) => {
    signed.push({ typ, claims: JSON.parse(JSON.stringify(claims)) });
    throw new Error('kept');
  };
  const setting = { ...SIGNING, signer: { ...SIGNING.signer, sign } };
  const stand = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:9',
    credentials: async () => Promise.reject(new Error()),
  };
  const makers = {
    aws: createAwsProvider(stand, setting, LIMITER),
    gcp: createGcpProvider({}, setting),
    azure: createAzureProvider({}, setting),
    jwt: createJwtProvider(setting),
  };
  const decision = decideFor(role, CLAIMS);
  if (!decision.allowed) return [];
  const make = makers[decision.grant.target.kind as keyof typeof makers] as (
    grant: Grant,
    now: number,
  ) => Promise<unknown>;
  await codeOf(() => make(decision.grant, NOW));
  return signed;
}

test('T44, T51, T52: no role, however written, can make a JWT that the target of another role would take', async () => {
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(name, provider, async (role, part) => {
      const compiled = roleOf(role, part);
      for (const { typ, claims } of compiled ? await signedFor(compiled) : []) {
        const kind = compiled?.template.kind ?? '';
        kinds.add(kind);
        // What every target conditions on, and what its issuer is.
        expect(claims['iss']).toBe(AUDIENCE);
        expect([`role:${role}`, `role:${role}:p1`]).toContain(claims['sub']);
        // A cloud takes what a role for that cloud signs, or what says that it is meant.
        const meant = kind !== 'jwt' || (part as { jwt: { federation?: boolean } }).jwt.federation === true;
        if (!meant) expect(claims['aud']).not.toMatch(CLOUDS);
        expect(typ).toBe(kind === 'jwt' ? 'at+jwt' : 'JWT');
        // Tags and identity in AWS are of an AWS role alone, and no job's own.
        const ofAws = Object.keys(claims).filter(each => each.toLowerCase().startsWith(AWS_CLAIM));
        if (kind !== 'aws') expect(ofAws).toEqual([]);
        expect(JSON.stringify(claims)).not.toContain('admins');
      }
    }),
    { numRuns: 500, seed: 7 },
  );
  expect([...kinds].sort()).toEqual(['aws', 'azure', 'gcp', 'jwt']);
});
