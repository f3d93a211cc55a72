import { createHash } from 'node:crypto';
import type { Grant } from '../../policy/decide.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const GROUP_LENGTH = 20;
const RUN_LENGTH = 20;

/** RFC 4648 §6 in lower case, of ten bytes: sixteen characters without padding. */
function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map(five => BASE32[Number.parseInt(five, 2)]).join('');
}

/** What STS takes in a session name (`[\w+=,.@-]`); anything else becomes `-`, since the hash tells names apart. */
function writeLabel(text: string, length: number): string {
  return text.replace(/[^\w+=,@-]/g, '-').slice(0, length);
}

/**
 * The AWS session name: `‹pipeline›.‹build›.‹base32 of 80 bits of SHA-256(iss, job, role)›`. Readable in
 * CloudTrail, and one for each job and role (threat T47);
 * of GitHub Actions, whose tokens name the run alone, one for each run.
 */
export function nameAwsSession({ group, run, key }: Grant['session']): string {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest().subarray(0, 10);
  return `${writeLabel(group, GROUP_LENGTH)}.${writeLabel(run, RUN_LENGTH)}.${encodeBase32(hash)}`;
}
