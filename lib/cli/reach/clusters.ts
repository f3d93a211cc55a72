import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type AwsAccessKey, presign } from '../../aws/sign.ts';
import { Failure } from '../verb.ts';
import type { ClusterEntry } from './entries.ts';

/** The words of client-go to a plugin by KUBERNETES_EXEC_INFO: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
type ExecInfo = {
  readonly apiVersion?: unknown;
  readonly spec?: {
    readonly cluster?: { readonly [name: string]: unknown };
  };
};

/** The answer of a plugin. Without an end client-go keeps the token until it is refused. */
export type ExecCredential = {
  readonly apiVersion: string;
  readonly kind: 'ExecCredential';
  readonly status: { readonly token: string; readonly expirationTimestamp?: string };
};

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** Each would let somebody else stand where the cluster does, whatever its server is called. */
const REROUTING = ['insecure-skip-tls-verify', 'tls-server-name', 'proxy-url'];

function parseInfo(written: string | undefined): ExecInfo {
  try {
    return Object(JSON.parse(written ?? '')) as ExecInfo;
  } catch {
    throw new Failure('KUBERNETES_EXEC_INFO is not there. This is for a kubeconfig: users[].user.exec.\n');
  }
}

/** SHA-256 of a CA as a kubeconfig has it: PEM in base64. */
function hashCa(data: unknown): string {
  const pem = Buffer.from(String(data ?? ''), 'base64');
  return createHash('sha256').update(pem).digest('hex');
}

/**
 * The listed cluster that client-go is about to ask, compared whole: its server and the CA that vouches for it. A kubeconfig
 * is of whoever wrote the commit, so nothing else of it is heeded.
 */
export function findCluster(
  entries: readonly ClusterEntry[],
  written: string | undefined,
): { readonly entry: ClusterEntry; readonly apiVersion: string } {
  const { apiVersion, spec } = parseInfo(written);
  const version = VERSIONS.find(each => each === apiVersion);
  if (version === undefined) throw new Failure(`client-go asks for ${VERSIONS.join(' or ')} here.\n`);
  const cluster = spec?.cluster;
  if (!cluster) throw new Failure('The kubeconfig must say provideClusterInfo: true.\n');
  const rerouting = REROUTING.find(name => cluster[name]);
  if (rerouting !== undefined)
    throw new Failure(`${rerouting} of the kubeconfig lets another stand in for the cluster.\n`);
  const ca = hashCa(cluster['certificate-authority-data']);
  const entry = entries.find(each => each.server === cluster['server'] && each.ca === ca);
  if (!entry) throw new Failure('KITE_STS_REACH lists no cluster with this server and this CA.\n');
  return { entry, apiVersion: version };
}

/** Seconds for which the URL can be presented first, and for which EKS then takes the token (aws-iam-authenticator). */
const PRESENTED_SECONDS = 60;
const TOKEN_SECONDS = 14 * 60;

/** https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster */
export function createEksToken(
  entry: { readonly cluster: string; readonly region: string },
  keys: AwsAccessKey,
  now: number,
): string {
  const { cluster, region } = entry;
  const host = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const url = new URL(`https://${host}/?Action=GetCallerIdentity&Version=2011-06-15`);
  const headers = { 'x-k8s-aws-id': cluster };
  const presigned = presign('sts', region, keys, { url, headers, seconds: PRESENTED_SECONDS }, now);
  return `k8s-aws-v1.${Buffer.from(presigned).toString('base64url')}`;
}

function describeExecToken(apiVersion: string, token: string, end: number): ExecCredential {
  const expirationTimestamp = new Date(Math.floor(end) * 1000).toISOString().replace('.000', '');
  return { apiVersion, kind: 'ExecCredential', status: { expirationTimestamp, token } };
}

/** A token of EKS as client-go takes it. `now` is in seconds since the epoch. */
export function describeEksToken(apiVersion: string, token: string, now: number): ExecCredential {
  return describeExecToken(apiVersion, token, now + TOKEN_SECONDS);
}

/** An access token as client-go takes it: its end is not known here, so it is asked for anew after this many seconds. */
export function describeAccessToken(apiVersion: string, token: string, now: number): ExecCredential {
  return describeExecToken(apiVersion, token, now + PRESENTED_SECONDS);
}
