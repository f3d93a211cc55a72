import type { Complaints } from './complaint.ts';
import { either, object, type Placed, placed, required, type Shape, text } from './shape.ts';

/** An audience as the file says it: plain text, or text with the reason why a shared one is right here. */
export type AudienceDeclaration = Placed<string | { readonly value: string; readonly reason: string }>;

const VALUE = text({ max: 512, pattern: /^[\x21-\x7e]+$/, says: 'an audience without spaces' });

export const audienceShape: Shape<AudienceDeclaration> = placed(
  either(
    VALUE,
    object({ value: required(VALUE), reason: required(text({ min: 8, says: 'the reason why' })) }),
  ),
);

// What the clouds take as proof of identity: a token for one of these opens whatever trusts its issuer there.
const FEDERATION = [
  /^sts\.amazonaws\.com(\.cn)?$/i,
  /^api:\/\/AzureADTokenExchange/i,
  /^(https:)?\/\/iam\.googleapis\.com\//i,
];

const BUILDKITES = /^https:\/\/packages\.buildkite\.com\//i;

// What other services accept: whoever collects a token for one of these could present it here, and we there.
const SHARED = [
  ...FEDERATION,
  /^(sigstore|vault|rubygems\.org|pypi|testpypi)$/i,
  /^npm:/i,
  /^https:\/\/(buildkite\.com|github\.com|gitlab\.com)(\/|$)/i,
  BUILDKITES,
  /^ari:cloud:bitbucket::/i,
];

/** Would AWS, Google or Entra take a token for this audience as proof of identity? */
export function isFederation(audience: string): boolean {
  return FEDERATION.some(pattern => pattern.test(audience));
}

function writeSharedComplaint(audience: string): string {
  return BUILDKITES.test(audience)
    ? `"${audience}" is the audience of a registry that Buildkite runs: it takes the job's token itself, without a broker. For a registry of your own, name it here by its own URL and mint for that: --audience https://packages.acme.example/npm.`
    : `Other services accept tokens for "${audience}", so one of them could present it here. Use an audience of your own, or write { value: …, reason: … }.`;
}

/** The audience itself; complains of one that others accept when no reason stands beside it. */
export function compileAudience(written: AudienceDeclaration, complaints: Complaints): string {
  const { value } = written;
  if (typeof value !== 'string') return value.value;
  if (SHARED.some(pattern => pattern.test(value)))
    complaints.at(written).say('audience-shared', writeSharedComplaint(value));
  return value;
}
