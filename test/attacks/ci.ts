import { BUILDKITE } from '../harness/policy.ts';
import type { Attack, World } from './harness.ts';

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
function asGithub(changes: object): Attack['send'] {
  return ({ askAs }: World) => askAs({ ...PUSH, ...changes }, 'hub');
}
function asBuildkite(changes: object): Attack['send'] {
  return ({ askAs }: World) => askAs({ ...changes }, 'strict');
}

/** By whoever can start a job, or choose what its token says, at a CI that the role trusts. */
export const attacks: readonly Attack[] = [
  { of: 'T31', tried: 'nothing: the push that the role is for', send: asGithub({}), got: 'issued' },
  { of: 'T31', tried: 'nothing: the build that the role is for', send: asBuildkite({}), got: 'issued' },
  {
    of: 'T34',
    tried: 'a pull request of a fork: its branch has the name of its owner before it',
    send: asBuildkite({ build_branch: 'stranger:main' }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'a tag with the name of the branch',
    send: asBuildkite({ build_tag: 'main' }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'a build that somebody starts by hand, of any commit',
    send: asBuildkite({ build_source: 'ui', build_commit: 'HEAD' }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'a build that another pipeline triggers',
    send: asBuildkite({ build_source: 'trigger_job' }),
    got: 'trust_not_met',
  },
  {
    of: 'T31',
    tried: 'a pipeline of that name in another organization',
    send: asBuildkite({ organization_slug: 'evil' }),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'T94',
    tried: 'a claim that the job can leave out, which a deny looks at',
    send: ({ askAs }) => askAs({}, 'guarded'),
    got: 'explicitly_denied',
  },
  {
    of: 'T24',
    tried: 'a subject that the job chose, with what the role wants in it',
    send: asBuildkite({
      sub: 'organization:my-organization:pipeline:my-pipeline:ref:refs/heads/main',
      build_branch: 'topic',
    }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'pull_request_target, which runs on main for anybody',
    send: asGithub({ event_name: 'pull_request_target' }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'a pull request of a fork',
    send: asGithub({ event_name: 'pull_request', ref: 'refs/pull/7/merge' }),
    got: 'trust_not_met',
  },
  {
    of: 'T34',
    tried: 'a tag with the name of the branch',
    send: asGithub({ ref: 'refs/tags/main', ref_type: 'tag' }),
    got: 'trust_not_met',
  },
  {
    of: 'T31',
    tried: 'a repository of that name with another owner',
    send: asGithub({ repository: 'evil/web', repository_owner: 'evil', repository_owner_id: '9' }),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'T31',
    tried: 'the repository made anew under the name that was given up',
    send: asGithub({ repository_id: '99' }),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'T22',
    tried: "the same claims by another customer's server",
    send: asGithub({ iss: 'https://github.evil.example/_services/token' }),
    got: 'token_issuer_unknown',
  },
  {
    of: 'T22',
    tried: "one CI's claims in the token of another",
    send: asGithub({ iss: BUILDKITE }),
    got: 'role_refused_or_unknown',
  },
  {
    of: 'T19',
    tried: 'a token that the job minted for somebody else, and that was stolen there',
    send: asGithub({ aud: 'sts.amazonaws.com' }),
    got: 'token_audience_differs',
  },
];
