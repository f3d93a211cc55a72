import type { Claims } from '../../policy/claims.ts';
import { JsonError, readStrictJson, readStrictObject } from '../../token/json.ts';

/** The claims that a text holds, or why it holds none. */
export type ReadClaims = { readonly claims: Claims } | { readonly fault: string };

const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;

function decodeInBrowser(segment: string): Uint8Array {
  return Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), each => each.charCodeAt(0));
}

/** A JSON text with a line for each member. Its numbers stay as they are written: 1.0 is not 1 in a token. */
export function indentJson(json: string): string {
  let depth = 0;
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g) ?? [];
  return tokens.reduce((text, each, at) => {
    const opens = /[{[]$/.test(tokens[at - 1] ?? '');
    if (each === '}' || each === ']') depth--;
    const breaks = /[}\]]/.test(each[0] ?? '') ? !opens : opens || tokens[at - 1] === ',';
    const before = breaks ? `\n${'  '.repeat(depth)}` : '';
    if (each === '{' || each === '[') depth++;
    return `${text}${before}${each}${each === ':' ? ' ' : ''}`;
  }, '');
}

/**
 * The claims of a compact JWS (RFC 7515 §3.1) as JSON text; undefined where the text is none. Nothing is verified:
 * no signature, no time, no issuer.
 */
export function decodeToken(text: string): string | undefined {
  const [, , payload] = COMPACT.exec(text.trim()) ?? [];
  try {
    const bytes = payload === undefined ? undefined : decodeInBrowser(payload);
    return bytes && readStrictObject(bytes) && indentJson(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Reads claims as strictly as those of a token are read: no member twice, no number that could equal another. */
export function readConsoleClaims(text: string): ReadClaims {
  if (text.trim() === '') return { fault: 'There are no claims yet. Paste a token, or start from a job.' };
  try {
    const claims = readStrictJson(text);
    return claims === null || typeof claims !== 'object' || Array.isArray(claims)
      ? { fault: 'This is JSON, but no object of claims.' }
      : { claims: claims as Claims };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { fault: `This is neither a token nor JSON: ${error.message}.` };
  }
}
