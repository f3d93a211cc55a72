import { awsSts } from './presets/aws.ts';
import { azureDevops } from './presets/azure.ts';
import { bitbucket } from './presets/bitbucket.ts';
import { buildkite } from './presets/buildkite.ts';
import { circleci } from './presets/circleci.ts';
import { githubActions } from './presets/github.ts';
import { gitlab } from './presets/gitlab.ts';
import { google } from './presets/google.ts';
import type { Preset } from './presets/preset.ts';

import { hcpTerraform } from './presets/terraform.ts';

export type { Labels, Preset } from './presets/preset.ts';

export const PRESETS = {
  buildkite,
  'github-actions': githubActions,
  gitlab,
  circleci,
  'azure-devops': azureDevops,
  bitbucket,
  google,
  'aws-sts': awsSts,
  'hcp-terraform': hcpTerraform,
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

/** The preset whose vendor this issuer URL belongs to: its demands hold whatever the row says. */
export function findPreset(issuer: string): PresetName | undefined {
  return (Object.keys(PRESETS) as PresetName[]).find(name => PRESETS[name].owns.test(issuer));
}
