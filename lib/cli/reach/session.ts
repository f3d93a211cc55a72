import { readFile } from 'node:fs/promises';
import type { AwsAccessKey } from '../../aws/sign.ts';
import type { Fetch } from '../../client/proxy.ts';
import { isLoopback } from '../../client/url.ts';
import { Failure, type Terminal } from '../verb.ts';

type Environment = Terminal['environment'];

/** Milliseconds for an answer from this machine. */
const PATIENCE_MS = 10_000;

async function askEndpoint(url: string, environment: Environment, fetch: Fetch): Promise<AwsAccessKey> {
  // Of exec, on this machine, or of the broker, by https; never that of a machine or of a cluster.
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !isLoopback(hostname))
    throw new Failure('AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this machine.\n');
  const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file
    ? (await readFile(file, 'utf8')).trim()
    : environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  const headers = token ? { authorization: token } : {};
  const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
  const keys = (await answer.json()) as { readonly [name: string]: string | undefined };
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken } = keys;
  if (!answer.ok || !accessKeyId || !secretAccessKey || !sessionToken)
    throw new Failure('The AWS session of this step could not be had from its endpoint.\n');
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** The session in a file that the plugin wrote: its first profile, and one with a session token alone. */
async function readSession(file: string): Promise<AwsAccessKey | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [accessKeyId, secretAccessKey, sessionToken] = [
    'access_key_id',
    'secret_access_key',
    'session_token',
  ].map(name => new RegExp(`^\\[default\\]\n(?:.*\n)*?aws_${name} = (\\S+)$`, 'm').exec(text)?.[1]);
  return accessKeyId && secretAccessKey && sessionToken
    ? { accessKeyId, secretAccessKey, sessionToken }
    : undefined;
}

/**
 * The AWS session of this step, wherever `exec` and the plugin put it: in variables, at an endpoint, in a file that a variable
 * names. A long-lived key, the user's own files and the machine's own role are never used.
 */
export async function findAwsSession(terminal: Terminal, fetch: Fetch): Promise<AwsAccessKey> {
  const { environment } = terminal;
  const url = environment['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (accessKeyId && secretAccessKey && sessionToken) return { accessKeyId, secretAccessKey, sessionToken };
  if (url && URL.canParse(url)) return askEndpoint(url, environment, fetch);
  const file = environment['AWS_SHARED_CREDENTIALS_FILE'];
  const session = file ? await readSession(file) : undefined;
  if (session) return session;
  throw new Failure(
    'This step has no AWS session. Run it by kite-sts exec, or with the plugin, for an aws role.\n',
  );
}

/** The access token of Google Cloud of this step. Its end is not known here. */
export async function findGoogleToken(terminal: Terminal): Promise<string> {
  const { environment } = terminal;
  const file = environment['CLOUDSDK_AUTH_ACCESS_TOKEN_FILE'];
  const token = file
    ? (await readFile(file, 'utf8')).trim()
    : (environment['CLOUDSDK_AUTH_ACCESS_TOKEN'] ?? environment['GOOGLE_OAUTH_ACCESS_TOKEN']);
  if (token) return token;
  throw new Failure(
    'This step has no access token of Google Cloud. Run it by kite-sts exec, or with the plugin, for a gcp role.\n',
  );
}
