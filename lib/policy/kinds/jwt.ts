import { isFederation } from '../audience.ts';
import type { Complain } from '../complaint.ts';
import type { Scalar } from '../condition.ts';
import { member, plain, type Tree } from '../parse.ts';
import { integer, object, oneOf, optional, raw, record, required, text, truth } from '../shape.ts';
import { fill, fillAll } from '../template.ts';
import { binds, checkNumbers, checkTemplates, type Kind, type KindSetting, subjectOf } from './kind.ts';

type JwtClaim = Scalar | readonly Scalar[];

export type JwtTemplate = {
  readonly audience: string;
  /** Length of the token, where the role says it here and not under `session`. */
  readonly seconds?: number;
  /** `role:<name>`, to which `subject: pipeline` appends an id that every trust statement binds. */
  readonly subject: string;
  /** By issuer, the claim that holds that id. */
  readonly pipelineIds: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, JwtClaim>>;
};

/** What our own access token says (RFC 9068), all of it from the reviewed role. */
export type JwtTarget = {
  readonly kind: 'jwt';
  readonly audience: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, JwtClaim>>;
};

// Registered names (RFC 7519 §4.1, RFC 9068 §2.2, RFC 8693 §4, RFC 7800, RFC 9470, OpenID Connect Core §2):
// a relying party would believe of them what only the broker may say.
const REGISTERED = new Set(
  'iss sub aud exp nbf iat jti client_id scope scp act may_act cnf azp nonce auth_time acr amr sid sub_jwk groups roles entitlements events txn'.split(
    ' ',
  ),
);

const SCALAR = { type: ['string', 'number', 'boolean', 'null'] };
const CLAIM = { anyOf: [SCALAR, { type: 'array', items: SCALAR }] };

const SHAPE = object({
  audience: required(text({ max: 512, pattern: /^[\x21-\x7e]+$/, says: 'one audience, without spaces' })),
  subject: optional(oneOf('role', 'pipeline')),
  claims: optional(record(raw(CLAIM), 50)),
  seconds: optional(integer(60, 3600, ' seconds')),
  federation: optional(truth),
});

const claimFault = (name: string): string | undefined => {
  if (REGISTERED.has(name.toLowerCase()))
    return `"${name}" is a registered claim, which the broker alone sets.`;
  if (name.toLowerCase().startsWith('https://aws.amazon.com/'))
    return `"${name}" would set session tags in AWS, which the broker alone does.`;
  return /^[\x21-\x7e]{1,128}$/.test(name)
    ? undefined
    : 'The name of a claim is 1 to 128 printable ASCII characters.';
};

const claimsOf = (tree: Tree, setting: KindSetting, complain: Complain): Record<string, JwtClaim> => {
  const claims: Record<string, JwtClaim> = Object.create(null);
  if (tree.kind !== 'map') return claims;
  checkTemplates(tree, 'any', setting, complain);
  checkNumbers(tree, complain);
  for (const { key, place, value } of tree.entries) {
    const fault = claimFault(key);
    if (fault) complain('wrong-value', place, fault);
    const nested =
      value.kind === 'map' || (value.kind === 'list' && value.items.some(({ kind }) => kind !== 'scalar'));
    if (nested) complain('wrong-type', value.place, 'A claim is one value or a list of values.');
    else claims[key] = plain(value) as JwtClaim;
  }
  return claims;
};

const pipelineIds = (
  tree: Tree,
  { trust, issuers }: KindSetting,
  complain: Complain,
): Record<string, string> => {
  const ids: Record<string, string> = {};
  for (const statement of trust) {
    const id = issuers.get(statement.issuer)?.pipelineId;
    if (id !== undefined && binds(statement, id)) ids[statement.issuer] = id;
    else
      complain(
        'template-unbound',
        tree.place,
        `${statement.id} does not bind ${id ?? 'the id of a pipeline'}, which "subject: pipeline" needs.`,
      );
  }
  return ids;
};

const compile = (tree: Tree, setting: KindSetting, complain: Complain): JwtTemplate | undefined => {
  const read = SHAPE.read(tree, complain);
  const audience = member(tree, 'audience');
  if (audience) checkTemplates(audience.value, 'none', setting, complain);
  const claims = member(tree, 'claims');
  const compiled = claims ? claimsOf(claims.value, setting, complain) : {};
  if (!read) return undefined;
  if (isFederation(read.audience) && read.federation !== true) {
    complain(
      'audience-shared',
      audience?.place ?? tree.place,
      `A cloud takes "${read.audience}" as proof of identity. Say federation: true if that is meant.`,
    );
  }
  const subject = member(tree, 'subject');
  return {
    audience: read.audience,
    ...(read.seconds === undefined ? {} : { seconds: read.seconds }),
    subject: subjectOf(setting),
    pipelineIds: read.subject === 'pipeline' && subject ? pipelineIds(subject.value, setting, complain) : {},
    claims: compiled,
  };
};

/** Our own RFC 9068 access token, for anything that trusts our JWKS. */
export const jwt: Kind<JwtTemplate, JwtTarget> = {
  schema: SHAPE.schema,
  lengths: () => ({ fallback: 900, min: 60, max: 3600 }),
  scopes: 'optional',
  compile,
  target(template, { claims, issuer }) {
    const filled = fillAll(template.claims, claims);
    if ('refused' in filled) return { refused: 'claim_not_usable', claim: filled.refused };
    const id = Object.hasOwn(template.pipelineIds, issuer) ? template.pipelineIds[issuer] : undefined;
    const suffix = id === undefined ? { text: '' } : fill(`:\${${id}}`, claims);
    if ('refused' in suffix) return { refused: 'claim_not_usable', claim: suffix.refused };
    return {
      kind: 'jwt',
      audience: template.audience,
      subject: template.subject + suffix.text,
      claims: filled.document,
    };
  },
};
