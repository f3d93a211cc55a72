import { describe, expect, test } from 'vitest';
import { compileScopes, compileStatements } from '../../lib/language/statements.ts';
import { BUILDKITE, ISSUERS, readWith, rowsFrom } from '../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
const FLAT = `trust: [{ iss: ${BUILDKITE}, organization_slug: acme }]`;
const FLAT_WITH = `trust: [{ iss: ${BUILDKITE}, scopes: [a], organization_slug: acme }]`;
const CLAIMS = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: acme } }]`;
const CLAIMS_WITH = `trust: [{ iss: ${BUILDKITE}, scopes: [a], claims: { organization_slug: acme } }]`;

/** The scopes of the one statement, where a kind demands so much of them. */
function scopesOf(text: string, scopes: 'refused' | 'optional' | 'required', listed?: readonly string[]) {
  const { value, refusals } = readWith(text, (tree, complaints) => {
    if (tree.kind !== 'map') return [];
    const { trust } = compileStatements(tree, ROWS, complaints);
    return compileScopes(trust, { of: 'tested', scopes, listed }, complaints);
  });
  return refusals.length > 0 ? refusals : value?.[0]?.scopes;
}

describe('a statement grants', () => {
  test.each([
    ['what it says, where it must', scopesOf(CLAIMS_WITH, 'required'), ['a']],
    ['what it says in the flat form, where it must', scopesOf(FLAT_WITH, 'required'), ['a']],
    [
      'reading and writing in the flat form, where it must and says nothing',
      scopesOf(FLAT, 'required'),
      ['read_packages', 'write_packages'],
    ],
    ['nothing in the flat form, where it may say nothing', scopesOf(FLAT, 'optional'), undefined],
    ['nothing, where there are no scopes', scopesOf(CLAIMS, 'refused'), undefined],
    ['all that is listed, where it says nothing', scopesOf(CLAIMS, 'optional', ['a', 'b']), ['a', 'b']],
    ['no more than it says of what is listed', scopesOf(CLAIMS_WITH, 'optional', ['a', 'b']), ['a']],
  ])('%s', (_name, scopes, expected) => {
    expect(scopes).toEqual(expected);
  });
});

describe('refused are', () => {
  test.each([
    ['no scopes, where they are required', scopesOf(CLAIMS, 'required')],
    ['scopes, where there are none', scopesOf(CLAIMS_WITH, 'refused')],
    ['scopes beyond what is listed', scopesOf(CLAIMS_WITH, 'optional', ['b'])],
  ])('%s', (_name, refusals) => {
    expect(refusals).toEqual(['scopes-refused 1:9']);
  });
});
