import type { HttpRequest } from '../protocols/protocol.ts';
import { answerWithJson } from './json.ts';
import type { PackageStore, StoreAnswer } from './store.ts';

type Versions = { readonly [version: string]: unknown };
/** A package as npm publishes it and installs from it: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
type Document = {
  readonly name: string;
  readonly 'dist-tags': { readonly [tag: string]: string };
  readonly versions: Versions;
  readonly _attachments?: { readonly [file: string]: { readonly data: string } };
};
type Package = { readonly document: Document; readonly files: ReadonlyMap<string, Uint8Array> };

function isNpmMembers(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readNpmDocument(body: Uint8Array): Document | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(body).toString());
    return isNpmMembers(read) && isNpmMembers(read['versions']) && isNpmMembers(read['dist-tags'])
      ? (read as Document)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Adds to what was published; undefined where a version would be replaced. */
function joinPackage(name: string, held: Package | undefined, added: Document): Package | undefined {
  const versions: Versions = held?.document.versions ?? {};
  if (Object.keys(added.versions).some(version => Object.hasOwn(versions, version))) return undefined;
  const attachments = Object.entries(added._attachments ?? {}).map(
    ([file, { data }]) => [file, Buffer.from(data, 'base64')] as const,
  );
  return {
    document: {
      name,
      'dist-tags': { ...held?.document['dist-tags'], ...added['dist-tags'] },
      versions: { ...versions, ...added.versions },
    },
    files: new Map([...(held?.files ?? []), ...attachments]),
  };
}

function answerMissing(): StoreAnswer {
  return answerWithJson(404, { error: 'There is no such package.' });
}

/** An npm-shaped store at this path: what `npm publish`, `npm install` and `npm view` need. */
export function createNpmStore(path: string): PackageStore {
  const packages = new Map<string, Package>();
  const publish = (name: string, body: Uint8Array): StoreAnswer => {
    const added = readNpmDocument(body);
    if (!added) return answerWithJson(400, { error: 'Expected a package as JSON, of at most 64 KiB.' });
    const whole = joinPackage(name, packages.get(name), added);
    if (!whole) return answerWithJson(409, { error: 'This version was published before.' });
    packages.set(name, whole);
    return answerWithJson(201, { ok: true });
  };
  const read = (name: string, file: string | undefined): StoreAnswer => {
    const found = packages.get(name);
    if (!found) return answerMissing();
    if (file === undefined) return answerWithJson(200, found.document);
    const body = found.files.get(file);
    return body
      ? { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
      : answerMissing();
  };
  return ({ method, path: whole, body }: HttpRequest) => {
    const [, name = '', file] = /^\/([^/]+)(?:\/-\/([^/]+))?$/.exec(whole.slice(path.length)) ?? [];
    if (name === '' || name === '-') return answerMissing();
    if (method === 'PUT' && file === undefined) return publish(name, body);
    if (method === 'DELETE' && file === undefined)
      return packages.delete(name) ? answerWithJson(200, { ok: true }) : answerMissing();
    return method === 'GET' || method === 'HEAD'
      ? read(name, file)
      : answerWithJson(405, { error: 'This store knows GET, HEAD, PUT and DELETE.' });
  };
}
