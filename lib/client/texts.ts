/**
 * The texts for a step that gets no credential, for reasons that every client meets. The plugins draw
 * theirs from here: `node plugins/lists.ts`. What is known of the one case (a status, the system's word)
 * stands behind it in brackets.
 */
export const TEXTS = {
  no_answer: 'No broker answered. Check the URL, the network and the proxy.',
  redirected: 'The address redirects, and a token is not sent after a redirect. Use the URL it leads to.',
  no_broker: 'Something answered that is not a broker, or a gateway in front of one. Check the URL.',
  url_refused:
    'The URL must be https, or http on 127.0.0.1, localhost or [::1], without user, query and fragment, such as https://sts.acme.example.',
  url_of_door: 'That is the URL of the door. Leave /token off.',
  door_refused: 'is not an https URL, so no secret is sent there.',
  agent_missing:
    'buildkite-agent is not on PATH, and BUILDKITE_AGENT_ACCESS_TOKEN or BUILDKITE_JOB_ID is not set. Mount the agent into the container, or hand both variables on.',
  github_no_token:
    'GitHub Actions offers this job no token: ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set. Add "permissions: { id-token: write }" to the job. A pull request from a fork is never offered one.',
  not_hidden:
    'The log of this job cannot be told what to hide, so nothing secret is printed. Write it to a file (… > credential.env), run where the agent has its Job API (3.66 or later), or accept it with --allow-unredacted.',
  claim_absent: 'is absent',
  claim_differs: 'differs; the token says:',
  claim_unusable: 'cannot be used; the token says:',
  claim_wrong_type: 'is of the wrong type; the token says:',
} as const;
