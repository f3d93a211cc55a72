import { expect, test } from 'vitest';
import { readTokenOrigin } from '../../lib/token/origin.ts';
import { testIssuer, tokenClaims, verifierOf } from '../harness/issuer.ts';
import { BUILDKITE, ISSUERS, NOW, rowsFrom } from '../harness/policy.ts';

const issuer = await testIssuer();
const claims = tokenClaims({ organization_id: 'o-1', pipeline_id: 'p-1' });
const token = await verifierOf(issuer)(await issuer.sign(claims), NOW);
const row = rowsFrom(ISSUERS).get(BUILDKITE);

test('says who vouched for a token and whom it is for, by name and by id', () => {
  expect(readTokenOrigin(token, row, 'deploy')).toEqual({
    issuer: BUILDKITE,
    keyId: token.keyId,
    organization: claims['organization_slug'],
    pipeline: claims['pipeline_slug'],
    organizationId: 'o-1',
    pipelineId: 'p-1',
    idClaims: { organization: 'organization_id', pipeline: 'pipeline_id' },
    role: 'deploy',
  });
});

test('of an issuer without a row knows the issuer and the key alone', () => {
  expect(readTokenOrigin(token, undefined)).toEqual({ issuer: BUILDKITE, keyId: token.keyId, idClaims: {} });
});
