import { BUILDKITE } from '../harness/policy.ts';
import { type Attack, attack } from './harness.ts';

const GITHUB = 'https://token.actions.githubusercontent.com';
/** A push to main of acme/web, as GitHub signs it. */
const PUSH = {
  iss: GITHUB,
  sub: 'repo:acme/web:ref:refs/heads/main',
  repository: 'acme/web',
  repository_id: '1',
  repository_owner: 'acme',
  repository_owner_id: '2',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  event_name: 'push',
};
function asGithub(of: string, tried: string, got: string, changes: object): Attack {
  return attack(of, tried, got, ({ askAs }) => askAs({ ...PUSH, ...changes }, 'hub'));
}
function asBuildkite(of: string, tried: string, got: string, changes: object): Attack {
  return attack(of, tried, got, ({ askAs }) => askAs({ ...changes }, 'strict'));
}

/** By whoever can start a job, or choose what its token says, at a CI that the role trusts. */
export const attacks: readonly Attack[] = [
  asGithub('T31', 'nothing: the push that the role is for', 'issued', {}),
  asBuildkite('T31', 'nothing: the build that the role is for', 'issued', {}),
  asBuildkite(
    'T34',
    'a pull request of a fork: its branch has the name of its owner before it',
    'trust_not_met',
    { build_branch: 'stranger:main' },
  ),
  asBuildkite('T34', 'a tag with the name of the branch', 'trust_not_met', { build_tag: 'main' }),
  asBuildkite('T34', 'a build that somebody starts by hand, of any commit', 'trust_not_met', {
    build_source: 'ui',
    build_commit: 'HEAD',
  }),
  asBuildkite('T34', 'a build that another pipeline triggers', 'trust_not_met', {
    build_source: 'trigger_job',
  }),
  asBuildkite('T31', 'a pipeline of that name in another organization', 'role_refused_or_unknown', {
    organization_slug: 'evil',
  }),
  attack(
    'T94',
    'a claim that the job can leave out, which a deny looks at',
    'explicitly_denied',
    ({ askAs }) => askAs({}, 'guarded'),
  ),
  asBuildkite('T24', 'a subject that the job chose, with what the role wants in it', 'trust_not_met', {
    sub: 'organization:my-organization:pipeline:my-pipeline:ref:refs/heads/main',
    build_branch: 'topic',
  }),
  asGithub('T34', 'pull_request_target, which runs on main for anybody', 'trust_not_met', {
    event_name: 'pull_request_target',
  }),
  asGithub('T34', 'a pull request of a fork', 'trust_not_met', {
    event_name: 'pull_request',
    ref: 'refs/pull/7/merge',
  }),
  asGithub('T34', 'a tag with the name of the branch', 'trust_not_met', {
    ref: 'refs/tags/main',
    ref_type: 'tag',
  }),
  asGithub('T31', 'a repository of that name with another owner', 'role_refused_or_unknown', {
    repository: 'evil/web',
    repository_owner: 'evil',
    repository_owner_id: '9',
  }),
  asGithub('T31', 'the repository made anew under the name that was given up', 'role_refused_or_unknown', {
    repository_id: '99',
  }),
  asGithub('T22', "the same claims by another customer's server", 'token_issuer_unknown', {
    iss: 'https://github.evil.example/_services/token',
  }),
  asGithub('T22', "one CI's claims in the token of another", 'role_refused_or_unknown', { iss: BUILDKITE }),
  asGithub(
    'T19',
    'a token that the job minted for somebody else, and that was stolen there',
    'token_audience_differs',
    { aud: 'sts.amazonaws.com' },
  ),
];
