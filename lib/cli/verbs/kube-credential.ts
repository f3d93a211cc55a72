import { createFetch } from '../../client/proxy.ts';
import { hideFromLog } from '../masking.ts';
import {
  createEksToken,
  describeAccessToken,
  describeEksToken,
  type ExecCredential,
  findCluster,
} from '../reach/clusters.ts';
import { type ClusterEntry, isClusterEntry } from '../reach/entries.ts';
import { findAwsSession, findGoogleToken } from '../reach/session.ts';
import { listReach } from '../reach/setup.ts';
import { EXIT, type Terminal, type Verb } from '../verb.ts';

async function createClusterCredential(
  entry: ClusterEntry,
  apiVersion: string,
  terminal: Terminal,
): Promise<ExecCredential> {
  const now = Date.now() / 1000;
  if (entry.kind === 'gke') return describeAccessToken(apiVersion, await findGoogleToken(terminal), now);
  const keys = await findAwsSession(terminal, createFetch(terminal.environment));
  return describeEksToken(apiVersion, createEksToken(entry, keys, now), now);
}

export const kubeCredential: Verb = {
  options: {},
  about: `For users[].user.exec of a kubeconfig, with provideClusterInfo: true. Answers for a cluster of KITE_STS_REACH whose
server and CA are those of the kubeconfig, whole, and for no other; the name of an EKS cluster is the list's.`,
  examples: [
    'kite-sts kube-credential          # as client-go runs it, with KUBERNETES_EXEC_INFO',
    'kite-sts kube-credential --help',
  ],
  async run(_flags, terminal) {
    const clusters = listReach(terminal).filter(isClusterEntry);
    const { entry, apiVersion } = findCluster(clusters, terminal.environment['KUBERNETES_EXEC_INFO']);
    const credential = await createClusterCredential(entry, apiVersion, terminal);
    await hideFromLog([credential.status.token], terminal);
    terminal.out(`${JSON.stringify(credential)}\n`);
    return EXIT.done;
  },
};
