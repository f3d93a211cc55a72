import { hash } from 'node:crypto';
import type { Grant } from '../../policy/decide.ts';
import type { AwsTarget } from '../../policy/targets/aws.ts';
import type { GrantOf } from '../provider.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const GROUP_LENGTH = 20;
const RUN_LENGTH = 20;

/** RFC 4648 §6 in lower case, of ten bytes: sixteen characters without padding. */
function encodeBase32(bytes: Uint8Array): string {
  let written = '';
  let [bits, count] = [0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    for (count += 8; count >= 5; count -= 5) written += BASE32[(bits >> (count - 5)) & 31];
  }
  return written;
}

/** Writes a label as STS takes it in a session name (`[\w+=,.@-]`); anything else becomes `-`, since the hash tells names apart. */
function writeLabel(text: string, length: number): string {
  return text.replace(/[^\w+=,@-]/g, '-').slice(0, length);
}

/**
 * The AWS session name: `‹pipeline›.‹build›.‹base32 of 80 bits of SHA-256(iss, job, role)›`. Readable in
 * CloudTrail, and one for each job and role (threat T47);
 * of GitHub Actions, whose tokens name the run alone, one for each run.
 */
export function nameAwsSession({ group, run, key }: Grant['sessionName']): string {
  const digest = hash('sha256', JSON.stringify(key), 'buffer').subarray(0, 10);
  return `${writeLabel(group, GROUP_LENGTH)}.${writeLabel(run, RUN_LENGTH)}.${encodeBase32(digest)}`;
}

/** A question for STS: a session of this name for a grant, `now` in seconds since the epoch. */
export type StsQuestion = {
  readonly grant: GrantOf<AwsTarget>;
  readonly session: string;
  readonly now: number;
};
