import { randomUUID } from 'node:crypto';
import { openConfig, readCommandSettings } from '../configuration.ts';
import {
  createConfigOption,
  EXIT,
  Failure,
  type Flags,
  readFlag,
  readFlagTexts,
  readSecondsFlag,
  type Terminal,
  UsageError,
  type Verb,
} from '../verb.ts';

/** `name=value`; a value that reads as JSON is that, anything else is text. */
function readAttribute(written: string): [string, unknown] {
  const at = written.indexOf('=');
  if (at < 1) throw new UsageError(`--set takes name=value, not "${written}".`);
  const value = written.slice(at + 1);
  try {
    return [written.slice(0, at), JSON.parse(value)];
  } catch {
    return [written.slice(0, at), value];
  }
}

async function callLocalBroker(
  base: string,
  method: string,
  path: string,
  body: object,
): Promise<{ readonly [name: string]: unknown }> {
  let response: Response;
  try {
    response = await fetch(base + path, {
      method,
      headers: { authorization: 'Token local' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Failure(`No local broker answers at ${base}. Start one with npm start, or kite-sts start.\n`);
  }
  const answer = (await response.json().catch(() => ({}))) as { readonly [name: string]: unknown };
  if (!response.ok)
    throw new Failure(`The local broker refused: ${String(answer['message'] ?? response.status)}\n`);
  return answer;
}

async function requestToken(flags: Flags, terminal: Terminal): Promise<string> {
  const settings = readCommandSettings(flags, terminal);
  const base = `http://127.0.0.1:${settings.port}`;
  const job = readFlag(flags, 'job') ?? randomUUID();
  const set = readFlagTexts(flags, 'set').map(readAttribute);
  const issuer = readFlag(flags, 'issuer');
  if (set.length > 0 || issuer !== undefined) {
    await callLocalBroker(base, 'PUT', `/local/jobs/${job}`, {
      issuer: issuer ?? 'https://agent.buildkite.com',
      claims: Object.fromEntries(set),
    });
  }
  const lifetime = readSecondsFlag(flags, 'lifetime');
  const subject = readFlag(flags, 'subject-claim');
  const claims = readFlagTexts(flags, 'claim').flatMap(each => each.split(','));
  const { token } = await callLocalBroker(base, 'POST', `/local/agent/v3/jobs/${job}/oidc/tokens`, {
    audience: readFlag(flags, 'audience') ?? openConfig(settings).audience,
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(subject === undefined ? {} : { subject_claim: subject }),
    ...(claims.length === 0 ? {} : { claims }),
  });
  return String(token);
}

export const token: Verb = {
  options: {
    audience: {
      type: 'string',
      value: 'A',
      help: 'What it is minted for. The default is the audience of broker.yml.',
    },
    claim: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      help: 'An optional claim to ask for, as buildkite-agent does. May be repeated.',
    },
    set: {
      type: 'string',
      value: 'NAME=VALUE',
      multiple: true,
      help: 'An attribute of the job, JSON or text. May be repeated.',
    },
    issuer: {
      type: 'string',
      value: 'URL',
      help: "Whose token it is like. The default is Buildkite's; needed with `--set` for others.",
    },
    'subject-claim': { type: 'string', value: 'NAME', help: 'What `sub` becomes, as with buildkite-agent.' },
    lifetime: { type: 'string', value: 'N', help: 'Seconds. The default is 300.' },
    job: { type: 'string', value: 'ID', help: "The job's id. The default is a new one." },
    config: createConfigOption('The folder with broker.yml.'),
  },
  about: `The local broker is found at 127.0.0.1 and PORT (default 8787).`,
  examples: [
    'kite-sts token',
    'kite-sts token --set build_branch=feature/login --set build_tag=null --claim queue_key',
  ],
  async run(flags, terminal) {
    terminal.out(`${await requestToken(flags, terminal)}\n`);
    return EXIT.done;
  },
};
