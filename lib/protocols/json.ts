import { BrokerError } from '../errors.ts';
import { readStrictObject } from '../token/json.ts';
import { collectParameters, readBody, readForm, readMediaType } from './form.ts';
import type { HttpRequest } from './protocol.ts';

function isJson(request: HttpRequest): boolean {
  return readMediaType(request) === 'application/json';
}

/** Strictly: a member that stands twice would be two parameters to two readers (threat T56). */
function readObject(request: HttpRequest): { readonly [name: string]: unknown } {
  const body = readBody(request);
  try {
    return readStrictObject(body);
  } catch {
    throw new BrokerError('parameter_invalid', { at: 'body', detail: 'not a JSON object' });
  }
}

/**
 * The parameters of a JSON body, under the names that they have in a form: google-github-actions/auth sends
 * `subjectToken` for `subject_token`. Each is text, as in a form.
 */
function readJsonParameters(request: HttpRequest): ReadonlyMap<string, string> {
  return collectParameters(
    Object.entries(readObject(request)).map(([name, value]) => {
      if (typeof value !== 'string') throw new BrokerError('parameter_invalid', { at: 'body' });
      return [name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`), value] as const;
    }),
  );
}

export function readParameters(request: HttpRequest): ReadonlyMap<string, string> {
  return isJson(request) ? readJsonParameters(request) : readForm(request);
}
