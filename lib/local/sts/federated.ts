import { type ExpectedToken, type PresentedFault, verifyPresented } from '../presented.ts';
import { checkMember, checkSessionTags, RULES, StsRefusal } from './rules.ts';

const CLAIM = 'https://aws.amazon.com/';

const FAULTS: { readonly [fault in PresentedFault]: readonly [code: string, message: string] } = {
  malformed: ['InvalidIdentityToken', 'The ID Token provided is not a valid JWT.'],
  key_unknown: [
    'InvalidIdentityToken',
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
  ],
  signature_wrong: ['InvalidIdentityToken', 'Invalid token signature.'],
  issuer_differs: ['InvalidIdentityToken', 'No OpenIDConnect provider found in your account for the issuer'],
  audience_differs: ['InvalidIdentityToken', 'Incorrect token audience'],
  expired: ['ExpiredTokenException', 'Token expired: the time is after its exp'],
  not_yet_valid: ['InvalidIdentityToken', 'The token is used before it was issued'],
  claims_wrong: ['InvalidIdentityToken', 'A required claim of the token is missing or of another type'],
};

type Json = { readonly [name: string]: unknown };
function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}

function createMalformed(): StsRefusal {
  return new StsRefusal('InvalidIdentityToken', 'A claim of AWS is of another form');
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html: each value is a list of one text. */
function checkTagClaim(claim: unknown): void {
  if (claim === undefined) return;
  const { principal_tags: tags, transitive_tag_keys: transitive = [] } = asObject(claim);
  const lists = Object.entries(asObject(tags));
  if (!isListOfTexts(transitive) || !lists.every(([, list]) => isListOfTexts(list) && list.length === 1))
    throw createMalformed();
  checkSessionTags({ pairs: lists.map(([key, list]) => [key, String((list as string[])[0])]), transitive });
}

/** Throws unless the form's token is one that an OIDC provider for `expected` in IAM would take. */
export async function checkFederated(form: URLSearchParams, expected: ExpectedToken): Promise<void> {
  const token = form.get('WebIdentityToken') ?? '';
  checkMember('webIdentityToken', token, { min: 4, max: 20_000, pattern: /^/ });
  const checked = await verifyPresented(token, expected);
  if ('fault' in checked) throw new StsRefusal(...FAULTS[checked.fault]);
  const { claims } = checked;
  checkTagClaim(claims[`${CLAIM}tags`]);
  const identity = claims[`${CLAIM}source_identity`];
  if (identity !== undefined && typeof identity !== 'string') throw createMalformed();
  checkMember('sourceIdentity', identity ?? null, RULES.SourceIdentity);
}
