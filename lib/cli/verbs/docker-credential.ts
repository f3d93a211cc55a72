import { createFetch } from '../../client/proxy.ts';
import { readTokenClaims, splitToken } from '../../token/jws.ts';
import { findSubject } from '../asking.ts';
import { readInput } from '../input.ts';
import { hideFromLog } from '../masking.ts';
import { callAws } from '../reach/call.ts';
import { isRegistryEntry, type RegistryEntry } from '../reach/entries.ts';
import { describeLoginCall, findListedRegistry, type RegistryLogin, readLogin } from '../reach/registries.ts';
import { findAwsSession, findGoogleToken } from '../reach/session.ts';
import { listReach } from '../reach/setup.ts';
import { EXIT, Failure, type Terminal, UsageError, type Verb } from '../verb.ts';

/** The words that Docker takes for "there is none": https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go */
const NONE = 'credentials not found in native keychain';

async function findLogin(entry: RegistryEntry, terminal: Terminal): Promise<RegistryLogin> {
  const fetch = createFetch(terminal.environment);
  switch (entry.kind) {
    case 'artifact-registry':
      return { Username: 'oauth2accesstoken', Secret: await findGoogleToken(terminal) };
    case 'subject-token': {
      // The registry's door is told of the job by its own token, made for that registry alone.
      const { audience, user: Username } = entry;
      const { mint } = findSubject({ broker: audience, audience }, terminal, fetch);
      const Secret = await mint();
      // A token that the CI made for another place would be of use there to whoever runs this one.
      if (readTokenClaims(splitToken(Secret))['aud'] !== audience)
        throw new Failure(`The subject token of this step is not for ${audience}.\n`);
      return { Username, Secret };
    }
    default:
      return readLogin(
        await callAws(describeLoginCall(entry), await findAwsSession(terminal, fetch), terminal, fetch),
      );
  }
}

/** Answers for a host that the set-up lists, whole, and for nobody else (threat T95). */
async function answerGet(terminal: Terminal): Promise<number> {
  const asked = (await readInput('-')).toString('utf8').trim();
  const entry = findListedRegistry(listReach(terminal).filter(isRegistryEntry), asked);
  if (!entry) {
    terminal.out(`${NONE}\n`);
    return EXIT.failed;
  }
  const login = await findLogin(entry, terminal);
  await hideFromLog([login.Secret], terminal);
  terminal.out(`${JSON.stringify({ ServerURL: asked, ...login })}\n`);
  return EXIT.done;
}

export const dockerCredential: Verb = {
  words: [{ name: 'ACTION', help: 'get, list, store or erase.' }],
  options: {},
  about: `What docker-credential-kite-sts runs. For a registry of KITE_STS_REACH, whole, get prints a user and a password
that is made from the session of this step; for any other host it says that there is none. store and erase do
nothing, and nothing is written anywhere. Each stands in KITE_STS_REACH by exec --reach or the plugin.`,
  examples: [
    'kite-sts docker-credential get < host      # as Docker runs it: the host on standard input',
    'kite-sts docker-credential list',
  ],
  async run(flags, terminal) {
    switch (flags['ACTION']) {
      case 'get':
        return answerGet(terminal);
      case 'list':
        terminal.out('{}\n');
        return EXIT.done;
      case 'store':
      case 'erase':
        return EXIT.done;
      default:
        throw new UsageError('ACTION is get, store, erase or list.');
    }
  },
};
