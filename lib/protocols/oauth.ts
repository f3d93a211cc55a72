import { BrokerError } from '../errors.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { ROLE_NAME } from '../policy/name.ts';
import type { KindName } from '../policy/targets.ts';
import { refuseBearer } from './form.ts';
import { readParameters } from './json.ts';
import { AWS_CREDENTIALS, renderTokenAnswer, TOKEN_TYPE } from './oauth-answer.ts';
import type { HttpRequest, Protocol } from './protocol.ts';
import { VARIABLES } from './variables.ts';
import { trimNewline } from './words.ts';

/** RFC 8693 §2.1 and §3: the words on the wire. */
export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const SUBJECT_TOKEN_TYPES = [`${TOKEN_TYPE}jwt`, `${TOKEN_TYPE}id_token`];
const REQUESTED: ReadonlyMap<string, readonly KindName[]> = new Map([
  [`${TOKEN_TYPE}access_token`, Object.keys(VARIABLES) as KindName[]],
  [`${TOKEN_TYPE}jwt`, ['jwt']],
  [AWS_CREDENTIALS, ['aws']],
]);
export const REQUESTED_TYPES: readonly string[] = [...REQUESTED.keys()];
/** Parameters of RFC 8693 that would change who is asking: refused, not ignored. */
const UNSUPPORTED = ['actor_token', 'actor_token_type'];
// RFC 6749 §3.3, one or more scope-tokens with one space between.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** More than any role can grant, and its characters; what is asked for goes into the audit event (threat T66). */
const MAX_SCOPES = 50;
const MAX_SCOPE = 1024;

function refuseParameter(at: string): BrokerError {
  return new BrokerError('parameter_invalid', { at });
}

function needParameter(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new BrokerError('parameter_missing', { at: name });
  return value;
}

// What Google's clients take as an audience has this form; here it names a role.
export const GOOGLE =
  /^\/\/iam\.([a-z0-9.-]+)\/projects\/\d{1,20}\/locations\/global\/workloadIdentityPools\/kite-sts\/providers\/([^/]+)$/;
const GOOGLES_OWN = 'googleapis.com';

/** The role of an audience in Google's form, and the universe that it is of: Google's own, or that of this broker. */
type NamedTarget = { readonly role: string; readonly universe: string };

function readGoogleAudience(audience: string, url: string): NamedTarget | undefined {
  const [, universe = '', role = ''] = GOOGLE.exec(audience) ?? [];
  // A broker at `sts.<universe>` is the STS of that universe to google-github-actions/auth.
  return role !== '' && (universe === GOOGLES_OWN || new URL(url).host === `sts.${universe}`)
    ? { role, universe }
    : undefined;
}

/** In a universe of its own the same scopes have other names: `https://www.<universe>/auth/…`. */
function readScopesIn(universe: string, scope: string | undefined): readonly string[] | undefined {
  const [own, googles] = [universe, GOOGLES_OWN].map(each => `https://www.${each}/auth/`) as [string, string];
  return readScopes(scope)?.map(each => (each.startsWith(own) ? googles + each.slice(own.length) : each));
}

function readRole(audience: string): string {
  if (ROLE_NAME.test(audience)) return audience;
  // The commonest slip: the audience that the token was minted for, sent where the role's name belongs.
  throw new BrokerError(/[:/.]/.test(audience) ? 'role_parameter_holds_audience' : 'parameter_invalid', {
    at: 'audience',
  });
}

function readSeconds(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(written)) throw refuseParameter('expires_in');
  return Number(written);
}

function readScopes(written: string | undefined): readonly string[] | undefined {
  if (written === undefined) return undefined;
  if (written.length > MAX_SCOPE || !SCOPE.test(written)) throw refuseParameter('scope');
  const scopes = new Set(written.split(' '));
  if (scopes.size > MAX_SCOPES) throw refuseParameter('scope');
  return [...scopes];
}

function readKinds(written: string | undefined): readonly KindName[] | undefined {
  if (written === undefined) return undefined;
  const kinds = REQUESTED.get(written);
  if (!kinds) throw refuseParameter('requested_token_type');
  return kinds;
}

function parseTokenExchange(request: HttpRequest, url: string): ExchangeRequest {
  const form = readParameters(request);
  refuseBearer(request);
  if (form.has('resource')) throw new BrokerError('target_unsupported', { at: 'resource' });
  const unsupported = UNSUPPORTED.find(name => form.has(name));
  if (unsupported) throw new BrokerError('parameter_unsupported', { at: unsupported });
  if (needParameter(form, 'grant_type') !== GRANT_TYPE)
    throw new BrokerError('grant_type_unsupported', { at: 'grant_type' });
  if (!SUBJECT_TOKEN_TYPES.includes(needParameter(form, 'subject_token_type')))
    throw refuseParameter('subject_token_type');
  const audience = needParameter(form, 'audience');
  const google = readGoogleAudience(audience, url);
  return {
    subjectToken: trimNewline(needParameter(form, 'subject_token')),
    access: {
      role: readRole(google?.role ?? audience),
      scopes: readScopesIn(google?.universe ?? GOOGLES_OWN, form.get('scope')),
      seconds: readSeconds(form.get('expires_in')),
      kinds: readKinds(form.get('requested_token_type')),
      sessionName: undefined,
    },
  };
}

/** OAuth 2.0 Token Exchange (RFC 8693): `audience` names the role. */
export const oauth: Protocol = {
  name: 'oauth',
  reusesToken: false,
  parse: parseTokenExchange,
  render: renderTokenAnswer,
};
