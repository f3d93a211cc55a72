import type { ClaimType } from '../../policy/claims.ts';
import type { Binding, SessionClaims, Vocabulary } from '../../policy/issuer.ts';

/** Which claims answer an auditor's questions, and a link to the job: `{claim}` stands for its value. */
export type Labels = {
  readonly organization?: string;
  /** Its immutable id: names are changed, and given to others. */
  readonly organizationId?: string;
  readonly pipeline?: string;
  readonly build?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly job?: string;
  readonly link?: string;
};

/** A CI vendor's tokens, as they are documented, so that a row of broker.yml needs one word. */
export type Preset = {
  /** The vendor's own issuer; undefined when each customer has one of its own. */
  readonly issuer: string | undefined;
  /** How the issuer of a customer must look, and how that is told; undefined when all share one. */
  readonly customer: { readonly form: string; readonly pattern: RegExp } | undefined;
  /** Issuer URLs that are this vendor's, whatever the row says. */
  readonly owns: RegExp;
  readonly jwks: (issuer: string) => string;
  readonly algorithms: readonly string[];
  /** Greatest accepted `exp - iat`, in seconds. */
  readonly maxTokenLifetime: number;
  /** Advice to the caller about a token that lives too long, where that is not to ask for less. */
  readonly shorterToken?: string;
  readonly binding: readonly Binding[];
  readonly vocabulary: Vocabulary;
  readonly nullable: readonly string[];
  readonly onRequest: { readonly flag: string; readonly claims: readonly string[] } | undefined;
  readonly session: SessionClaims;
  /** The immutable id of a pipeline; undefined when there is none that a template could hold. */
  readonly pipelineId: string | undefined;
  readonly labels: Labels;
  /** Where the pages are of who has this issuer; left out: where the vendor's own are. */
  readonly site?: (issuer: string) => string;
};

/** A vocabulary's claims from names in one text for each type: `string`, `string|null`, … */
export function listClaimTypes(table: Record<string, string>): Record<string, readonly ClaimType[]> {
  const byClaim: Record<string, readonly ClaimType[]> = Object.create(null);
  for (const [kind, names] of Object.entries(table)) {
    for (const name of names.split(' ')) byClaim[name] = kind.split('|') as ClaimType[];
  }
  return byClaim;
}

/** Claims that every issuer may send (RFC 7519 §4.1), for `types`. */
export const REGISTERED = 'iss sub aud jti';
export const TIMES = 'exp nbf iat';
