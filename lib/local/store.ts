import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';

/** The answer of a store: packages and layers are bytes. */
export type StoreAnswer = Omit<HttpAnswer, 'body'> & { readonly body: string | Uint8Array };

/** A store of packages in this process's memory. It asks nobody: the authorizer stands in front of it. */
export type PackageStore = (request: HttpRequest) => StoreAnswer;
