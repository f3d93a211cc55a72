import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import type { JobKind } from './kind.ts';
import { azureDevops, bitbucket, hcpTerraform } from './others.ts';

/** By preset, the kinds of jobs whose tokens an issuer signs. Accounts of Google and AWS are no jobs. */
export const JOB_KINDS: { readonly [preset: string]: readonly JobKind[] } = {
  buildkite,
  'github-actions': github,
  gitlab,
  circleci,
  'azure-devops': azureDevops,
  bitbucket,
  'hcp-terraform': hcpTerraform,
};

/** Those of an issuer's row; none where nothing is known of its jobs. */
export function listJobKinds(preset: string | undefined): readonly JobKind[] {
  return (preset === undefined ? undefined : JOB_KINDS[preset]) ?? [];
}
