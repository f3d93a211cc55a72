import { parseJsonObject } from '../../http/json.ts';
import { KeySetError, readKeySet } from '../../token/keyset.ts';
import { createTellers, type Diagnosis } from '../diagnosis.ts';
import type { Instruments, Patient, Seen } from './examined.ts';
import { fetchSeen, nameFailure } from './see.ts';

const CHECK = createTellers('jwks');

/** Members of a key that nobody but its owner may ever see (RFC 7518 §6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Keys that hold more than they should, by their ids. */
function findPrivate(text: string): string | undefined {
  const { keys } = parseJsonObject(text) ?? {};
  const all = Array.isArray(keys) ? (keys as { readonly [member: string]: unknown }[]) : [];
  return all.filter(key => PRIVATE.some(member => member in key)).map(({ kid }) => String(kid))[0];
}

/** `1 key`, `2 keys`. */
export function countKeys(size: number): string {
  return `${size} ${size === 1 ? 'key' : 'keys'}`;
}

/** Throws `KeySetError`. */
function judgeKeys(page: string, seen: Seen): Diagnosis {
  const { status, type, text } = seen;
  const leaked = findPrivate(text);
  if (leaked !== undefined)
    return CHECK.wrong(
      page,
      `the private half of ${leaked} is in it`,
      'Switch that key off at once (disable kid), and take its tokens for stolen: docs/guides/incident.md.',
    );
  const mend = 'See the log of the function discovery: KMS may refuse it a key.';
  if (status !== 200 || !/^application\/([\w.-]+\+)?json\b/i.test(type))
    return CHECK.wrong(page, `it answered ${status}, ${type || 'without a type'}`, mend);
  const skipped: string[] = [];
  const { size } = readKeySet(Buffer.from(text), ['RS256'], why => void skipped.push(why));
  if (skipped[0] !== undefined)
    return CHECK.wrong(page, `a key cannot be used: ${skipped[0]}`, 'See the keys in KMS.');
  return CHECK.ok(page, `${countKeys(size)}, ${Buffer.byteLength(text)} bytes`);
}

/** Looks whether others can verify what it signs: its keys are read as strictly as anybody reads them. */
export async function examineKeys(patient: Patient, instruments: Instruments): Promise<Diagnosis> {
  const page = `${patient.url}/.well-known/jwks.json`;
  try {
    return judgeKeys(page, await fetchSeen(page, instruments));
  } catch (error) {
    const why = error instanceof KeySetError ? error.message : `it did not answer: ${nameFailure(error)}`;
    return CHECK.wrong(page, why, 'Nobody can verify what the broker signs. Mend what health says first.');
  }
}
