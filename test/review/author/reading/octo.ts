import type { Claims } from '../../../../lib/policy/claims.ts';

/** A policy of octo-sts, after pkg/octosts/trust_policy.go of octo-sts/app. */
export type OctoPolicy = {
  readonly issuer?: string;
  readonly issuer_pattern?: string;
  readonly subject?: string;
  readonly subject_pattern?: string;
  readonly claim_pattern?: { readonly [claim: string]: string };
  readonly permissions?: { readonly [name: string]: string };
  readonly repositories?: readonly string[];
};

/** Go: `^` and `$` are the ends of the text, `.` is all but a line feed, and no brackets are put around the pattern. */
function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.replaceAll('(?P<', '(?<')}$`, 'u').test(text);
}

/** What octo-sts takes of a token before it looks at the policy, beside white space and what cannot be printed. */
export function isSubject(sub: string): boolean {
  return (
    sub !== '' && [...sub].length <= 255 && !/[\p{Cc}\p{Cf}\p{Z}\p{Cn}\p{Cs}"'`\\<>;&$(){}[\]]/u.test(sub)
  );
}

/** Does the policy itself take the token? */
export function octoMeets(policy: OctoPolicy, token: Claims): boolean {
  const [iss, sub] = [String(token['iss']), String(token['sub'])];
  const issuer = policy.issuer ? iss === policy.issuer : matches(policy.issuer_pattern ?? '', iss);
  const subject = policy.subject ? sub === policy.subject : matches(policy.subject_pattern ?? '', sub);
  return (
    issuer &&
    subject &&
    Object.entries(policy.claim_pattern ?? {}).every(([claim, pattern]) => {
      const value = token[claim];
      const text = typeof value === 'boolean' ? String(value) : value;
      return typeof text === 'string' && matches(pattern, text);
    })
  );
}
