type Environment = { readonly [name: string]: string | undefined };

/** Milliseconds: the agent answers on this machine. */
const TIMEOUT = 5000;

/** Asks the agent's Job API to hide one value. https://buildkite.com/docs/apis/agent-api/job */
function hideValue(socketPath: string, authorization: string, value: string): Promise<boolean> {
  // An import of node:http would load all of undici before any verb begins (nodejs/node#59686).
  const { request } = process.getBuiltinModule('node:http');
  return new Promise(resolve => {
    request({
      socketPath,
      path: '/api/current-job/v0/redactions',
      method: 'POST',
      headers: { host: 'job', authorization, 'content-type': 'application/json' },
      agent: false,
      timeout: TIMEOUT,
    })
      .once('response', answer => {
        answer.resume();
        resolve(answer.statusCode !== undefined && answer.statusCode >= 200 && answer.statusCode < 300);
      })
      .once('timeout', () => resolve(false))
      .once('error', () => resolve(false))
      .end(JSON.stringify({ redact: value }));
  });
}

/** Has the log of a Buildkite job hide these values, where no agent is on PATH. False if it does not. */
export async function hideByJobApi(values: readonly string[], environment: Environment): Promise<boolean> {
  const { BUILDKITE_AGENT_JOB_API_SOCKET: socket, BUILDKITE_AGENT_JOB_API_TOKEN: token } = environment;
  if (!socket || !token) return false;
  for (const value of values) if (!(await hideValue(socket, `Bearer ${token}`, value))) return false;
  return true;
}
