import { createUnprefixed, FIXED, HEX, LABELED_BRANCH, UUID } from './forms.ts';
import { createGrammar, createWordGrammar, type Grammar } from './grammar.ts';

/** Buildkite makes slugs of small letters, digits and hyphens. */
const SLUG = createGrammar('a slug of small letters, digits and hyphens', ['[a-z\\d_.-]+'], FIXED);
const KEY = createGrammar('a key of letters, digits, hyphens, underscores and colons', ['[A-Za-z\\d_.:-]+']);

/** https://buildkite.com/docs/pipelines/security/oidc */
export const buildkiteValues: { readonly [claim: string]: readonly Grammar[] } = {
  organization_slug: [SLUG],
  pipeline_slug: [SLUG],
  build_source: [createWordGrammar(['ui', 'api', 'webhook', 'trigger_job', 'schedule'])],
  runner_environment: [createWordGrammar(['buildkite-hosted', 'self-hosted'])],
  // The branch as it is called; `refs/heads/` stands in `sub` alone.
  build_branch: [LABELED_BRANCH, createUnprefixed('refs/heads/')],
  build_tag: [LABELED_BRANCH, createUnprefixed('refs/tags/')],
  // A build that has not been checked out yet, or that was asked for so.
  build_commit: [createGrammar('a commit of 40 small hexadecimal digits, or HEAD', [`${HEX}{40}`, 'HEAD'])],
  step_key: [KEY],
  queue_key: [KEY],
  sub: [createGrammar('text without *', ['[^*]*'], FIXED)],
  organization_id: [UUID],
  pipeline_id: [UUID],
  build_id: [UUID],
  job_id: [UUID],
  agent_id: [UUID],
  cluster_id: [UUID],
  queue_id: [UUID],
};
