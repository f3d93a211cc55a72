import { createFetch } from '../../client/proxy.ts';
import { MASK_OPTIONS, maskOrRefuse } from '../masking.ts';
import { callAws } from '../reach/call.ts';
import {
  describeTokenCall,
  PACKAGE_LINES,
  type PackagesEntry,
  readPackagesToken,
} from '../reach/packages.ts';
import { findAwsSession } from '../reach/session.ts';
import { listReach } from '../reach/setup.ts';
import { EXIT, Failure, type Flags, readFlag, type Terminal, UsageError, type Verb } from '../verb.ts';

type Tool = keyof typeof PACKAGE_LINES;

function findDomain(flags: Flags, terminal: Terminal): PackagesEntry {
  const host = readFlag(flags, 'host');
  const found = listReach(terminal).find(
    (entry): entry is PackagesEntry => entry.kind === 'codeartifact' && entry.host === host,
  );
  if (!found) throw new Failure('KITE_STS_REACH lists no domain of this host.\n');
  return found;
}

/** How the token is told: bare, or in the lines of a tool for a repository. */
function describeToken(flags: Flags, host: string, token: string): string {
  const tool = readFlag(flags, 'for');
  if (tool === undefined) return `${token}\n`;
  const repository = readFlag(flags, 'repository') ?? '';
  if (!Object.hasOwn(PACKAGE_LINES, tool)) throw new UsageError('--for takes npm, pip or maven.');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$/.test(repository))
    throw new UsageError('--for needs --repository, the name of one in the domain.');
  return PACKAGE_LINES[tool as Tool]({ host, repository, token });
}

export const codeartifact: Verb = {
  options: {
    host: {
      type: 'string',
      value: 'HOST',
      required: true,
      help: 'The domain, as `KITE_STS_REACH` has it: `DOMAIN-OWNER.d.codeartifact.REGION.amazonaws.com`.',
    },
    for: {
      type: 'string',
      value: 'TOOL',
      help: '`npm`, `pip` or `maven`: the lines of its configuration in place of the bare token.',
    },
    repository: { type: 'string', value: 'NAME', help: 'The repository that they are for.' },
    ...MASK_OPTIONS,
  },
  about: `The token ends with the AWS session of the step.`,
  examples: [
    'kite-sts codeartifact --host acme-123456789012.d.codeartifact.eu-central-1.amazonaws.com',
    'kite-sts codeartifact --host "$HOST" --for npm --repository web > "$NPM_CONFIG_USERCONFIG"',
  ],
  async run(flags, terminal) {
    const domain = findDomain(flags, terminal);
    describeToken(flags, domain.host, '');
    const fetch = createFetch(terminal.environment);
    const session = await findAwsSession(terminal, fetch);
    const token = readPackagesToken(await callAws(describeTokenCall(domain), session, terminal, fetch));
    await maskOrRefuse([token], flags, terminal);
    terminal.out(describeToken(flags, domain.host, token));
    return EXIT.done;
  },
};
