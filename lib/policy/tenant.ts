import { type Claims, findPlainClaim } from './claims.ts';
import type { IssuerFacts } from './issuer.ts';

/** Who is counted: a verified token, and the row of its issuer. */
type CountedToken = { readonly issuer: string; readonly claims: Claims };
type TenantRow = Pick<IssuerFacts, 'binding'> & {
  readonly labels: { readonly organization?: string; readonly pipeline?: string };
};

/** Longer values are cut: keys of limits are held by the thousand, and who shares so much may share a bucket. */
const MAX_VALUE = 256;

function shortenClaim(value: string | number | undefined): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return text.slice(0, MAX_VALUE);
}

/** The claims that say whose tenant a token is: the preset's organization, or else all that a statement may bind. */
function listTenantClaims(row: TenantRow): readonly string[] {
  if (row.labels.organization !== undefined) return [row.labels.organization];
  return [...new Set(row.binding.flatMap(({ anyOf }) => anyOf))];
}

/** By whom exchanges are counted together: the issuer, and what binds the tenant. Plain data, for a key (threat T75). */
export function nameTenant(token: CountedToken, row: TenantRow): readonly (string | null)[] {
  return [
    token.issuer,
    ...listTenantClaims(row).map(name => shortenClaim(findPlainClaim(token.claims, name))),
  ];
}

/** The tenant and its pipeline; the subject, where the issuer's tokens name no pipeline. */
export function namePipeline(token: CountedToken, row: TenantRow): readonly (string | null)[] {
  return [
    ...nameTenant(token, row),
    shortenClaim(findPlainClaim(token.claims, row.labels.pipeline ?? 'sub')),
  ];
}
