/** The fields of the page, as texts. */
export type SharedState = {
  readonly role: string;
  readonly claims: string;
  /** An edited text of the role; left out where it is that of the file. */
  readonly policy?: string;
  readonly scopes?: string;
  readonly seconds?: string;
  readonly source?: string;
};

const NAMES = ['role', 'claims', 'policy', 'scopes', 'seconds', 'source'] as const;
const PREFIX = '#state=';
/** Longer links are cut off by what passes them on, and a stranger's must not stop the page. */
const MAX_CHARACTERS = 60_000;
/** A JWT, whole or without its signature (RFC 7519 §3.1): a header begins with `{"`. */
const TOKEN = /eyJ[\w-]{8,}\.[\w-]{8,}/;

function encodeText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, byte => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decodeText(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(
    Uint8Array.from(binary, each => each.charCodeAt(0)),
  );
}

/** The fragment of a link to this state, which no browser sends to a server; undefined where a token would be in it, or it is too long. */
export function writeFragment(state: SharedState): string | undefined {
  const json = JSON.stringify(state);
  const fragment = `${PREFIX}${encodeText(json)}`;
  return TOKEN.test(json) || fragment.length > MAX_CHARACTERS ? undefined : fragment;
}

/** Reads the audit event of a link from the list of a broker's decisions; undefined where it is none. */
export function readEventFragment(fragment: string): string | undefined {
  const prefix = '#event=';
  if (!fragment.startsWith(prefix) || fragment.length > MAX_CHARACTERS) return undefined;
  try {
    return decodeText(fragment.slice(prefix.length));
  } catch {
    return undefined;
  }
}

/** Reads the fragment of such a link; undefined where it is none. All of it is somebody else's text. */
export function readFragment(fragment: string): SharedState | undefined {
  if (!fragment.startsWith(PREFIX) || fragment.length > MAX_CHARACTERS) return undefined;
  try {
    const read: unknown = JSON.parse(decodeText(fragment.slice(PREFIX.length)));
    if (typeof read !== 'object' || read === null) return undefined;
    const texts = NAMES.flatMap(name => {
      const value = (read as { readonly [name: string]: unknown })[name];
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    return { role: '', claims: '', ...Object.fromEntries(texts) };
  } catch {
    return undefined;
  }
}
