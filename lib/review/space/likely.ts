import type { ClaimValue } from '../../policy/claims.ts';

/** Values of a claim that is named so, whoever sends it. */
const BY_NAME: readonly (readonly [name: RegExp, values: readonly string[]])[] = [
  [/_protected$/, ['true', 'false']],
  [/^environment(_name)?$/, ['production', 'staging']],
  [/_(id|number|attempt)$/, ['1001', '1002']],
];

/** Another of the sample's kind: of a path its last part differs, so that a ref stays a ref. */
function changeLastPart(sample: ClaimValue | undefined): string[] {
  return typeof sample === 'string' && sample.includes('/') ? [sample.replace(/[^/]*$/, 'other')] : [];
}

/**
 * Lists what a claim could hold in a token, the likeliest first: a request that shows something should look like one.
 */
export function listLikelyValues(
  name: string,
  sample: ClaimValue | undefined,
): readonly (ClaimValue | undefined)[] {
  return [
    sample,
    ...changeLastPart(sample),
    ...BY_NAME.flatMap(([pattern, values]) => (pattern.test(name) ? values : [])),
    'main',
    'other',
  ];
}
