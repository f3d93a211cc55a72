import type { JwtClaim, JwtClaimTemplate, JwtTemplate } from '../../policy/targets/jwt.ts';
import { isFederation } from '../audience.ts';
import type { Complaints, ComplaintsAt } from '../complaint.ts';
import { integer, object, oneOf, optional, raw, record, required, text, truth } from '../shape.ts';
import { findEntry, findValue, listItems, type Tree, toPlain } from '../tree.ts';
import {
  checkNumbers,
  checkTemplates,
  isClaimBound,
  type Kind,
  type KindSetting,
  writeSubject,
} from './kind.ts';

// Registered names (RFC 7519 §4.1, RFC 9068 §2.2, RFC 8693 §4, RFC 7800, RFC 9470, OpenID Connect Core §2):
// a relying party would believe of them what only the broker may say.
const REGISTERED = new Set(
  'iss sub aud exp nbf iat jti client_id scope scp act may_act cnf azp nonce auth_time acr amr sid sub_jwk groups roles entitlements events txn'.split(
    ' ',
  ),
);

const SCALAR = { type: ['string', 'number', 'boolean', 'null'] };
const VALUE = { anyOf: [SCALAR, { type: 'array', items: SCALAR }] };
const TEXT = object({ value: required(raw(VALUE)), text: required(truth) });
const CLAIM = { anyOf: [...VALUE.anyOf, TEXT.schema] };
const CLAIMS = record(raw(CLAIM), 50);

/** The claims that a role puts into a JWT of ours, for editors. */
export const claimsShape = CLAIMS.schema;

const SHAPE = object({
  audience: required(text({ max: 512, pattern: /^[\x21-\x7e]+$/, says: 'one audience, without spaces' })),
  subject: optional(oneOf('role', 'pipeline')),
  claims: optional(CLAIMS),
  seconds: optional(integer(60, 3600, ' seconds')),
  federation: optional(truth),
});

function findNameFault(name: string): string | undefined {
  if (REGISTERED.has(name.toLowerCase()))
    return `"${name}" is a registered claim, which the broker alone sets.`;
  if (name.toLowerCase().startsWith('https://aws.amazon.com/'))
    return `"${name}" would set session tags in AWS, which the broker alone does.`;
  return /^[\x21-\x7e]{1,128}$/.test(name)
    ? undefined
    : 'The name of a claim is 1 to 128 printable ASCII characters.';
}

/** The value alone, or `{ value, text: true }`. */
function readClaim(tree: Tree, complaints: Complaints): JwtClaimTemplate | undefined {
  const open = findEntry(tree, 'value') !== undefined;
  const read = open ? TEXT.read(tree, complaints) : undefined;
  if (open && !read) return undefined;
  const value = read?.value ?? tree;
  const here = complaints.at(value);
  if (value.kind === 'map' || listItems(value).some(({ kind }) => kind !== 'scalar'))
    return here.wrongType('one value or a list of values, or { value: …, text: true }');
  const claim = toPlain(value) as JwtClaim;
  if (read && !JSON.stringify(claim).includes('${'))
    here.wrongValue('text is said of what a claim fills in, and no ${…} stands here.');
  return read?.text ? { value: claim, text: true } : claim;
}

/** Reads what a role puts into a JWT of ours, or complains: never a claim that the broker alone may set. */
export function readClaims(
  tree: Tree | undefined,
  setting: KindSetting,
  complaints: Complaints,
): Record<string, JwtClaimTemplate> {
  const claims: Record<string, JwtClaimTemplate> = Object.create(null);
  if (tree?.kind !== 'map') return claims;
  checkTemplates(tree, 'any', setting, complaints);
  checkNumbers(tree, complaints);
  for (const entry of tree.entries) {
    const fault = findNameFault(entry.key);
    if (fault) complaints.at(entry).wrongValue(fault);
    const read = readClaim(entry.value, complaints);
    if (read !== undefined) claims[entry.key] = read;
  }
  return claims;
}

function findPipelineIds(setting: KindSetting, here: ComplaintsAt): Record<string, string> {
  const { trust, issuers } = setting;
  const ids: Record<string, string> = {};
  for (const statement of trust) {
    const id = issuers.get(statement.issuer)?.pipelineId;
    const lacks = `${statement.id} does not bind ${id ?? 'the id of a pipeline'}`;
    if (id !== undefined && isClaimBound(statement, id)) ids[statement.issuer] = id;
    else here.say('template-unbound', `${lacks}, which "subject: pipeline" needs.`);
  }
  return ids;
}

function compileJwt(tree: Tree, setting: KindSetting, complaints: Complaints): JwtTemplate | undefined {
  const read = SHAPE.read(tree, complaints);
  const audienceEntry = findEntry(tree, 'audience');
  if (audienceEntry) checkTemplates(audienceEntry.value, 'none', setting, complaints);
  const claims = readClaims(findEntry(tree, 'claims')?.value, setting, complaints);
  if (!read) return undefined;
  const { audience, seconds, subject, federation } = read;
  if (isFederation(audience) && federation !== true)
    complaints
      .at(audienceEntry ?? tree)
      .say(
        'audience-shared',
        `A cloud takes "${audience}" as proof of identity. Say federation: true if that is meant.`,
      );
  const atSubject = complaints.at(findValue(tree, 'subject'));
  return {
    audience,
    ...(seconds === undefined ? {} : { seconds }),
    subject: writeSubject(setting),
    pipelineIds: subject === 'pipeline' ? findPipelineIds(setting, atSubject) : {},
    claims,
  };
}

/** Our own RFC 9068 access token, for anything that trusts our JWKS. */
export const jwt: Kind<JwtTemplate> = {
  schema: SHAPE.schema,
  lengths: () => ({ fallback: 900, min: 60, max: 3600 }),
  scopes: 'optional',
  compile: compileJwt,
};
