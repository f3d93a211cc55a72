/**
 * The claims of a verified token. Objects have no prototype, so that no name (`__proto__`, `constructor`)
 * is special. A number whose JSON text is not a safe integer never equals anything (threat T28).
 */
export type ClaimValue = string | number | boolean | null | readonly ClaimValue[] | Claims;
export type Claims = { readonly [name: string]: ClaimValue };

export type ClaimType = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object';

export function findClaimType(value: ClaimValue): ClaimType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'string' | 'number' | 'boolean' | 'object';
}

/** Where in the claims a name points: a plain name, or the segments of a JSON Pointer (RFC 6901). */
export type ClaimPath = string | readonly string[];

/**
 * Reads a claim name. One that begins with `/` is a JSON Pointer of at least two segments; anything else,
 * slashes included, is a plain name. Undefined for a pointer that is malformed.
 */
export function readClaimPath(name: string): ClaimPath | undefined {
  if (!name.startsWith('/')) return name;
  const segments = name.slice(1).split('/');
  if (segments.length < 2 || segments.some(segment => segment === '' || /~(?![01])/.test(segment)))
    return undefined;
  return segments.map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Is it a mapping of JSON: no list, no null? */
export function isMapping(value: unknown): value is Claims {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function readOwn(holder: ClaimValue | undefined, name: string): ClaimValue | undefined {
  return isMapping(holder) && Object.hasOwn(holder, name) ? holder[name] : undefined;
}

/** The claim's value, or undefined when it is absent. Only own properties of objects count. */
export function findClaim(claims: Claims, path: ClaimPath): ClaimValue | undefined {
  if (typeof path === 'string') return readOwn(claims, path);
  let value: ClaimValue | undefined = claims;
  for (const segment of path) value = readOwn(value, segment);
  return value;
}

/** A claim of this plain name that is text or a number; undefined for any other, and for no name. */
export function findPlainClaim(claims: Claims, name: string | undefined): string | number | undefined {
  const value = name === undefined ? undefined : readOwn(claims, name);
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Absent is read as null for the claims that an issuer is known to leave out (policy.md). */
export function addNulls(claims: Claims, nullable: readonly string[] = []): Claims {
  const missing = nullable.filter(name => !Object.hasOwn(claims, name));
  if (missing.length === 0) return claims;
  const filled: Record<string, ClaimValue> = Object.assign(Object.create(null), claims);
  for (const name of missing) filled[name] = null;
  return filled;
}
