import { TEXTS } from '../texts.ts';
import { tokenFrom } from './answer.ts';
import { type Mint, NoSubjectToken, NotThere, type Step, type TokenWish, tokenIn } from './mint.ts';

/** The agent's own default (`buildkite-agent oidc request-token --help`). */
const ENDPOINT = 'https://agent-edge.buildkite.com/v3';

const words = ({ audience, claims, lifetime, subjectClaim }: TokenWish): string[] => [
  'oidc',
  'request-token',
  '--audience',
  audience,
  ...(lifetime === undefined ? [] : ['--lifetime', String(lifetime)]),
  ...claims.flatMap(claim => ['--claim', claim]),
  ...(subjectClaim === undefined ? [] : ['--subject-claim', subjectClaim]),
];

/** The body of the agent's own call: only what is asked for (buildkite/agent, api/oidc.go). */
const bodyOf = ({ audience, claims, lifetime, subjectClaim }: TokenWish): string =>
  JSON.stringify({
    audience,
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(claims.length === 0 ? {} : { claims }),
    ...(subjectClaim === undefined ? {} : { subject_claim: subjectClaim }),
  });

const byApi = (wish: TokenWish, step: Step): Promise<string> => {
  const { BUILDKITE_AGENT_ENDPOINT, BUILDKITE_AGENT_ACCESS_TOKEN, BUILDKITE_JOB_ID } = step.environment;
  if (!BUILDKITE_AGENT_ACCESS_TOKEN || !BUILDKITE_JOB_ID) throw new NoSubjectToken(TEXTS.agent_missing);
  // As the agent reads it: empty is not set, and slashes at its end are taken off (api/client.go).
  const endpoint = (BUILDKITE_AGENT_ENDPOINT || ENDPOINT).replace(/\/+$/, '');
  const job = encodeURIComponent(BUILDKITE_JOB_ID);
  return tokenFrom(step, {
    url: `${endpoint}/jobs/${job}/oidc/tokens`,
    init: {
      method: 'POST',
      headers: {
        authorization: `Token ${BUILDKITE_AGENT_ACCESS_TOKEN}`,
        'content-type': 'application/json',
      },
      body: bodyOf(wish),
    },
    member: 'token',
    door: 'The agent API (BUILDKITE_AGENT_ENDPOINT)',
  });
};

/** By the agent, which also redacts the token in the job's log; where there is no agent, by its API. */
export const buildkite =
  (wish: TokenWish, step: Step): Mint =>
  async () => {
    try {
      return tokenIn(await step.run('buildkite-agent', words(wish)), 'buildkite-agent');
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
      return byApi(wish, step);
    }
  };
