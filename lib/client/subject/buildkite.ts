import { TEXTS } from '../texts.ts';
import { fetchSubjectToken } from './answer.ts';
import {
  type MintSettings,
  type MintToken,
  NoSubjectToken,
  ProgramMissing,
  readSubjectToken,
  type TokenOptions,
} from './mint.ts';

/** The agent's own default (`buildkite-agent oidc request-token --help`). */
const ENDPOINT = 'https://agent-edge.buildkite.com/v3';

/** The agent's own variable for more claims. Agents before 3.44 know neither it nor the option `--claim`. */
const CLAIMS_VARIABLE = 'BUILDKITE_OIDC_TOKEN_CLAIMS';

/** Every token says these, so that a switch by id strikes it, and no honest job is told to ask for them (threat T94). */
const IDS = ['organization_id', 'pipeline_id'];

/** Lists the claims to ask for: the job's own choice, those that the agent would ask for by itself, and the ids. */
function listTokenClaims(options: TokenOptions, settings: MintSettings): string[] {
  const byVariable = (settings.environment[CLAIMS_VARIABLE] ?? '').split(',').map(name => name.trim());
  // The subject's claim is in the token anyway.
  const ids = IDS.filter(name => name !== options.subjectClaim);
  return [...new Set([...options.claims, ...byVariable, ...ids])].filter(name => name !== '');
}

/**
 * Where the job chose nothing, the agent is told by its variable, which older agents leave alone: they give a token without
 * the ids. What the job chose is an option, which they refuse.
 */
function runAgent(options: TokenOptions, settings: MintSettings): Promise<string> {
  const claims = listTokenClaims(options, settings);
  const chosen = options.claims.length > 0;
  const words = listAgentWords({ ...options, claims: chosen ? claims : [] });
  const variables = { [CLAIMS_VARIABLE]: chosen ? undefined : claims.join(',') };
  return settings.run('buildkite-agent', words, { variables });
}

function listAgentWords(options: TokenOptions): string[] {
  const { audience, claims, lifetime, subjectClaim } = options;
  return [
    'oidc',
    'request-token',
    '--audience',
    audience,
    ...(lifetime === undefined ? [] : ['--lifetime', String(lifetime)]),
    ...claims.flatMap(claim => ['--claim', claim]),
    ...(subjectClaim === undefined ? [] : ['--subject-claim', subjectClaim]),
  ];
}

/** The body of the agent's own call: only what is asked for (buildkite/agent, api/oidc.go). */
function writeAgentBody(options: TokenOptions): string {
  const { audience, claims, lifetime, subjectClaim } = options;
  return JSON.stringify({
    audience,
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(claims.length === 0 ? {} : { claims }),
    ...(subjectClaim === undefined ? {} : { subject_claim: subjectClaim }),
  });
}

function mintByApi(options: TokenOptions, settings: MintSettings): Promise<string> {
  const { BUILDKITE_AGENT_ENDPOINT, BUILDKITE_AGENT_ACCESS_TOKEN, BUILDKITE_JOB_ID } = settings.environment;
  if (!BUILDKITE_AGENT_ACCESS_TOKEN || !BUILDKITE_JOB_ID) throw new NoSubjectToken(TEXTS.agent_missing);
  // As the agent reads it: empty is not set, and slashes at its end are taken off (api/client.go).
  const endpoint = (BUILDKITE_AGENT_ENDPOINT || ENDPOINT).replace(/\/+$/, '');
  const job = encodeURIComponent(BUILDKITE_JOB_ID);
  return fetchSubjectToken(settings, {
    url: `${endpoint}/jobs/${job}/oidc/tokens`,
    init: {
      method: 'POST',
      headers: { authorization: `Token ${BUILDKITE_AGENT_ACCESS_TOKEN}`, 'content-type': 'application/json' },
      body: writeAgentBody({ ...options, claims: listTokenClaims(options, settings) }),
    },
    member: 'token',
    door: 'The agent API (BUILDKITE_AGENT_ENDPOINT)',
  });
}

/** By the agent, which also redacts the token in the job's log; where there is no agent, by its API. */
export function createBuildkiteMint(options: TokenOptions, settings: MintSettings): MintToken {
  return async () => {
    try {
      return readSubjectToken(await runAgent(options, settings), 'buildkite-agent');
    } catch (error) {
      if (!(error instanceof ProgramMissing)) throw error;
      return mintByApi(options, settings);
    }
  };
}
