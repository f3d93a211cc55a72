import type { JobFamily } from './family.ts';

const ORGANIZATION = '0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d';
const PROJECT = '1c2d3e4f-5061-4b7c-9d8e-0f1a2b3c4d5e';

/** https://circleci.com/docs/openid-connect-tokens: names hold slashes, and the issuer names the organization. */
export const circleci: JobFamily = {
  preset: 'circleci',
  usual: {
    'oidc.circleci.com/project-id': PROJECT,
    'oidc.circleci.com/org-id': ORGANIZATION,
    'oidc.circleci.com/vcs-origin': 'github.com/my-organization/my-repository',
    'oidc.circleci.com/vcs-ref': 'refs/heads/main',
    'oidc.circleci.com/pipeline-definition-id': '3e4f5061-7283-4d9e-bf0a-1b2c3d4e5f60',
    'oidc.circleci.com/pipeline-id': '4f506172-8394-4eaf-80b1-2c3d4e5f6071',
    'oidc.circleci.com/workflow-id': '50617283-94a5-4fb0-91c2-3d4e5f607182',
    'oidc.circleci.com/job-id': '61728394-a5b6-40c1-a2d3-4e5f60718293',
    'oidc.circleci.com/context-ids': [],
    'oidc.circleci.com/ssh-rerun': false,
  },
  scenarios: {
    branch: { 'oidc.circleci.com/vcs-ref': 'refs/heads/feature/login' },
    tag: { 'oidc.circleci.com/vcs-ref': 'refs/tags/v1.0.0' },
    'ssh-rerun': { 'oidc.circleci.com/ssh-rerun': true },
  },
  follows: claims => ({
    sub: `org/${claims['oidc.circleci.com/org-id']}/project/${claims['oidc.circleci.com/project-id']}/user/2d3e4f50-6172-4c8d-ae9f-1a2b3c4d5e6f/vcs-origin/${claims['oidc.circleci.com/vcs-origin']}/vcs-ref/${claims['oidc.circleci.com/vcs-ref']}`,
  }),
};
