import { type AwsAccessKey, presign } from '../../aws/sign.ts';
import type { ReachEntry } from './entries.ts';

export type DatabaseEntry = Extract<ReachEntry, { readonly kind: 'rds' }>;

/** Seconds: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html */
const SECONDS = 900;

/** A password of a database user, for a quarter of an hour: a URL that proves the session, without its scheme. */
export function createDatabaseToken(
  database: Omit<DatabaseEntry, 'kind'>,
  keys: AwsAccessKey,
  now: number,
): string {
  const { user, host, port, region } = database;
  const url = new URL(`https://${host}:${port}/?Action=connect&DBUser=${encodeURIComponent(user)}`);
  const presigned = presign('rds-db', region, keys, { url, headers: {}, seconds: SECONDS }, now);
  return presigned.slice('https://'.length);
}
