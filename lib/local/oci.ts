import { createHash, randomUUID } from 'node:crypto';
import type { HttpRequest } from '../protocols/protocol.ts';
import { answerWithJson } from './json.ts';
import type { PackageStore, StoreAnswer } from './store.ts';

type Content = { readonly type: string; readonly body: Uint8Array };

function hashContent(body: Uint8Array): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
function refuseOci(status: number, code: string, message: string): StoreAnswer {
  return answerWithJson(status, { errors: [{ code, message }] });
}

const UPLOAD = /^\/v2\/(.+)\/blobs\/uploads\/([\w-]*)$/;
const CONTENT = /^\/v2\/(.+)\/(blobs|manifests)\/([\w.:-]+)$/;

function answerMade(location: string, digest: string): StoreAnswer {
  return answerWithJson(201, {}, { location, 'docker-content-digest': digest });
}

function answerContent(content: Content | undefined): StoreAnswer {
  if (!content) return refuseOci(404, 'NAME_UNKNOWN', 'There is no such content.');
  const { type, body } = content;
  const headers = {
    'content-type': type,
    'content-length': String(body.length),
    'docker-content-digest': hashContent(body),
  };
  return { status: 200, headers, body };
}

/** Uploads that are under way: a layer comes in one piece or in several, and counts when its digest is right. */
function createUploads(contents: Map<string, Content>) {
  const begun = new Map<string, Uint8Array>();
  const accepted = (name: string, id: string): StoreAnswer =>
    answerWithJson(202, {}, { location: `/v2/${name}/blobs/uploads/${id}`, 'docker-upload-uuid': id });
  const finished = (name: string, body: Uint8Array, digest: string): StoreAnswer => {
    if (digest !== hashContent(body))
      return refuseOci(400, 'DIGEST_INVALID', 'The content has another digest than was said.');
    contents.set(`${name} blobs ${digest}`, { type: 'application/octet-stream', body });
    return answerMade(`/v2/${name}/blobs/${digest}`, digest);
  };
  return (name: string, id: string, { method, query, body }: HttpRequest): StoreAnswer => {
    const digest = new URLSearchParams(query).get('digest');
    if (method === 'POST' && id === '') {
      const fresh = randomUUID();
      begun.set(fresh, new Uint8Array());
      return digest === null ? accepted(name, fresh) : finished(name, body, digest);
    }
    const held = begun.get(id);
    if (!held || !['PATCH', 'PUT'].includes(method))
      return refuseOci(404, 'BLOB_UPLOAD_UNKNOWN', 'There is no such upload.');
    const whole = Buffer.concat([held, body]);
    begun.set(id, whole);
    if (method === 'PATCH') return accepted(name, id);
    begun.delete(id);
    return finished(name, whole, digest ?? '');
  };
}

/** An OCI-shaped store: what a client that pushes and pulls images needs. */
export function createOciStore(): PackageStore {
  const contents = new Map<string, Content>();
  const upload = createUploads(contents);
  const tag = (name: string, reference: string, { headers, body }: HttpRequest): StoreAnswer => {
    const digest = hashContent(body);
    const type = headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
    for (const each of [reference, digest]) contents.set(`${name} manifests ${each}`, { type, body });
    return answerMade(`/v2/${name}/manifests/${digest}`, digest);
  };
  return request => {
    const { method, path } = request;
    const [uploading, to = '', id = ''] = UPLOAD.exec(path) ?? [];
    if (uploading !== undefined) return upload(to, id, request);
    const [, name = '', kind = '', reference = ''] = CONTENT.exec(path) ?? [];
    if (method === 'PUT' && kind === 'manifests') return tag(name, reference, request);
    if (method === 'DELETE' && contents.delete(`${name} ${kind} ${reference}`))
      return answerWithJson(202, {});
    return answerContent(contents.get(`${name} ${kind} ${reference}`));
  };
}
