import type { OauthRequest } from '../endpoint.ts';
import { fillDocument } from '../template.ts';
import { findResourceFault } from '../usable.ts';
import { fillClaims, type JwtTarget, type JwtTemplate } from './jwt.ts';
import type { Filling, TargetRefusal } from './target.ts';

export type OauthTemplate = OauthRequest & {
  /** Name of the row in broker.yml. */
  readonly endpoint: string;
  readonly subject: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly claims: JwtTemplate['claims'];
  readonly scopes: readonly string[];
  /** Seconds that a token lives at most. */
  readonly longest: number;
};

/** Where our JWT goes and what it says, all of it from reviewed files. The scopes are the grant's. */
export type OauthTarget = OauthRequest & {
  readonly kind: 'oauth';
  readonly endpoint: string;
  readonly subject: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly claims: JwtTarget['claims'];
};

/** Where our JWT goes, and what it says. */
export function fillOauth(template: OauthTemplate, filling: Filling): OauthTarget | TargetRefusal {
  const { scopes: _, longest: __, ...rest } = template;
  const filled = fillClaims(template.claims, filling.claims, 'oauth.claims');
  if ('refused' in filled) return { refused: 'claim_not_usable', unusable: filled.refused };
  const standing = { place: 'oauth.parameters', usable: findResourceFault };
  const parameters = fillDocument(template.parameters, filling.claims, standing);
  if ('refused' in parameters) return { refused: 'claim_not_usable', unusable: parameters.refused };
  return { ...rest, kind: 'oauth', claims: filled.claims, parameters: parameters.document };
}
