/** A no of STS. */
export class StsRefusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

type Rule = { readonly min: number; readonly max: number; readonly pattern: RegExp };
// The limits of AWS's own model of AssumeRole (sts 2011-06-15).
export const RULES = {
  RoleArn: { min: 20, max: 2048, pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/ },
  RoleSessionName: { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ },
  SourceIdentity: { min: 2, max: 64, pattern: /^(?!aws:)[\w+=,.@-]*$/i },
  PolicyArn: { min: 20, max: 2048, pattern: /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/ },
  ExternalId: { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ },
  Policy: { min: 1, max: 2048, pattern: /^[\t\n\r\u0020-\u00ff]+$/ },
  TagKey: { min: 1, max: 128, pattern: /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/iu },
  TagValue: { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u },
} as const satisfies Record<string, Rule>;

export function checkMember(name: string, value: string | null, rule: Rule): void {
  const { min, max, pattern } = rule;
  if (value === null) return;
  if (value.length < min || value.length > max || !pattern.test(value)) {
    throw new StsRefusal(
      'ValidationError',
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: length ${min} to ${max}, pattern ${pattern.source}`,
    );
  }
}

export function listFormMembers(form: URLSearchParams, list: string, field: string): string[] {
  return [...form]
    .filter(([name]) => new RegExp(`^${list}\\.member\\.\\d+${field}$`).test(name))
    .map(([, value]) => value);
}

export type Tags = {
  readonly pairs: readonly (readonly [key: string, value: string])[];
  readonly transitive: readonly string[];
};

/** Throws unless these are tags that a session can have. */
export function checkSessionTags(tags: Tags): void {
  const { pairs, transitive } = tags;
  const keys = pairs.map(([key]) => key);
  if (keys.length > 50) throw new StsRefusal('ValidationError', 'At most 50 session tags are allowed');
  for (const key of keys) checkMember('tags.member.key', key, RULES.TagKey);
  for (const [, value] of pairs) checkMember('tags.member.value', value, RULES.TagValue);
  if (new Set(keys.map(key => key.toLowerCase())).size < keys.length)
    throw new StsRefusal('InvalidParameterValue', 'Duplicate tag keys found. Tag keys are case insensitive.');
  for (const key of transitive) {
    if (!keys.includes(key))
      throw new StsRefusal('InvalidParameterValue', 'One or more transitive tag keys are not among the tags');
  }
}

/** Throws unless this is a session policy, or none. */
export function checkPolicy(policy: string | null): void {
  checkMember('policy', policy, RULES.Policy);
  if (policy === null) return;
  try {
    JSON.parse(policy);
  } catch {
    throw new StsRefusal('MalformedPolicyDocument', 'The policy is not in the valid JSON format.');
  }
}

/** Throws unless a session can last so long: AWS ends those of a chained role after an hour. */
export function readSessionDuration(written: string | null, chained: boolean): number {
  const seconds = Number(written ?? 3600);
  if (!/^\d+$/.test(written ?? '0') || seconds < 900 || seconds > 43_200)
    throw new StsRefusal(
      'ValidationError',
      "Value at 'durationSeconds' failed to satisfy constraint: 900 to 43200",
    );
  if (chained && seconds > 3600)
    throw new StsRefusal(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  return seconds;
}
