import type { Claims } from '../claims.ts';
import type { Scalar } from '../condition.ts';
import { fillDocument, fillText } from '../template.ts';
import { findResourceFault, findTextFault, type UnusableClaim } from '../usable.ts';
import type { Filling, TargetRefusal } from './target.ts';

export type JwtClaim = Scalar | readonly Scalar[];
/** A claim as the role has it; with `text`, the claims in it may be any text. */
export type JwtClaimTemplate = JwtClaim | { readonly value: JwtClaim; readonly text: true };

export type JwtTemplate = {
  readonly audience: string;
  /** Length of the token, where the role says it here and not under `session`. */
  readonly seconds?: number;
  /** `role:<name>`, to which `subject: pipeline` appends an id that every trust statement binds. */
  readonly subject: string;
  /** By issuer, the claim that holds that id. */
  readonly pipelineIds: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, JwtClaimTemplate>>;
};

/** The content of our own access token (RFC 9068), all of it from the reviewed role. */
export type JwtTarget = {
  readonly kind: 'jwt';
  readonly audience: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, JwtClaim>>;
};

type FilledClaims =
  | { readonly claims: Readonly<Record<string, JwtClaim>> }
  | { readonly refused: UnusableClaim };

function isTextClaim(claim: JwtClaimTemplate): claim is { readonly value: JwtClaim; readonly text: true } {
  return claim !== null && typeof claim === 'object' && 'text' in claim;
}

/** Those claims with the subject token's own filled in. `place` is where they stand in the role. */
export function fillClaims(
  templates: JwtTemplate['claims'],
  claims: Claims,
  place = 'jwt.claims',
): FilledClaims {
  const made: Record<string, JwtClaim> = Object.create(null);
  for (const [name, claim] of Object.entries(templates)) {
    const value = isTextClaim(claim) ? claim.value : claim;
    const usable = isTextClaim(claim) ? findTextFault : findResourceFault;
    const filled = fillDocument(value, claims, { place: `${place}.${name}`, usable });
    if ('refused' in filled) return filled;
    made[name] = filled.document;
  }
  return { claims: made };
}

/** Fills the claims of a token into the JWT that we are to sign. */
export function fillJwt(template: JwtTemplate, filling: Filling): JwtTarget | TargetRefusal {
  const { claims, issuer } = filling;
  const filled = fillClaims(template.claims, claims);
  if ('refused' in filled) return { refused: 'claim_not_usable', unusable: filled.refused };
  const id = Object.hasOwn(template.pipelineIds, issuer) ? template.pipelineIds[issuer] : undefined;
  const standing = { place: 'jwt.subject', usable: findResourceFault };
  const suffix = id === undefined ? { text: '' } : fillText(`:\${${id}}`, claims, standing);
  if ('refused' in suffix) return { refused: 'claim_not_usable', unusable: suffix.refused };
  return {
    kind: 'jwt',
    audience: template.audience,
    subject: template.subject + suffix.text,
    claims: filled.claims,
  };
}
