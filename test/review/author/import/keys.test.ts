import { expect, test } from 'vitest';
import { findFacts } from '../../../../lib/review/author/import/issuer.ts';
import { readConditionKey } from '../../../../lib/review/author/import/keys.ts';

const BUCKET = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
function keyOf(host: string, key: string) {
  return readConditionKey(key, { host, facts: findFacts(`https://${host}`) });
}

test.each<[name: string, host: string, key: string, subject: object]>([
  ['sub', 'gitlab.com', 'GITLAB.com:SUB', { is: 'claim', claim: 'sub' }],
  [
    'a claim with a key',
    'token.actions.githubusercontent.com',
    'token.actions.githubusercontent.com:ref',
    { is: 'claim', claim: 'ref' },
  ],
  [
    'R2: a claim without one',
    'gitlab.com',
    'gitlab.com:project_path',
    { is: 'never', claim: 'project_path' },
  ],
  [
    'R11: a claim by its own case',
    BUCKET,
    `${BUCKET}:repositoryuuid`,
    { is: 'never', claim: 'repositoryUuid' },
  ],
  ['a name that no token has', 'gitlab.com', 'gitlab.com:nothing', { is: 'never', claim: 'nothing' }],
  [
    'a tag of Buildkite',
    'agent.buildkite.com',
    'aws:RequestTag/build_branch',
    { is: 'claim', claim: 'build_branch' },
  ],
  ['a tag that is no claim', 'agent.buildkite.com', 'aws:RequestTag/team', { is: 'other' }],
  ['a tag with the name of the audience', 'agent.buildkite.com', 'aws:RequestTag/aud', { is: 'other' }],
  ['a tag of others', 'gitlab.com', 'aws:RequestTag/ref', { is: 'never', claim: 'the session tag ref' }],
  ['another issuer', 'gitlab.com', 'agent.buildkite.com:sub', { is: 'other' }],
  ['aud of Google', 'accounts.google.com', 'accounts.google.com:aud', { is: 'claim', claim: 'azp' }],
  ['oaud of Google', 'accounts.google.com', 'accounts.google.com:oaud', { is: 'claim', claim: 'aud' }],
  [
    'an address of Google',
    'accounts.google.com',
    'accounts.google.com:email',
    { is: 'unsure', claim: 'email' },
  ],
  ['methods of authentication', 'ci.example', 'ci.example:amr', { is: 'other' }],
  ['an issuer of which nothing is known', 'ci.example', 'ci.example:sub', { is: 'claim', claim: 'sub' }],
  ['the name of the session', 'ci.example', 'sts:RoleSessionName', { is: 'chosen' }],
  ['TLS', 'ci.example', 'aws:SecureTransport', { is: 'secure' }],
  ['something else', 'ci.example', 'aws:PrincipalOrgID', { is: 'other' }],
])('%s', (_name, host, key, subject) => {
  expect(keyOf(host, key)).toEqual(subject);
});
