import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '../../client/child.ts';
import type { ClientOptions, IssuedCredential } from '../../client/client.ts';
import { createPrivateFolder } from '../../client/folder.ts';
import { listSecrets } from '../../client/mask.ts';
import { makePrintable } from '../../client/printable.ts';
import { createFetch, type Fetch } from '../../client/proxy.ts';
import { composeEnvironment, createSupply } from '../../client/supply.ts';
import { ROLE_OPTIONS, type RoleExchange, readRoleExchange, TOKEN_ABOUT, TOKEN_OPTIONS } from '../asking.ts';
import { hideFromLog } from '../masking.ts';
import { readReach, setUpReach } from '../reach/setup.ts';
import { listReasonLines, tellReason } from '../refusal.ts';
import { EXIT, type Flags, readFlag, readFlagTexts, type Terminal, UsageError, type Verb } from '../verb.ts';

/**
 * Aborted as soon as either is. By listeners, and not by AbortSignal.any: on Node 20 what that makes holds its sources
 * weakly, so a time-out that nobody else holds may be collected and never come, and the command would wait for ever.
 */
function joinSignals(over: AbortSignal, own: AbortSignal | null | undefined): AbortSignal {
  const joined = new AbortController();
  for (const signal of [over, own ?? over]) {
    const abort = () => joined.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true, signal: joined.signal });
  }
  return joined.signal;
}

/**
 * Ends all that is under way as soon as the command has ended: nobody waits for it any more. Until then a
 * pause holds the process: without a command that runs, it may be all that does.
 */
function createClientUntil(over: AbortSignal, fetch: Fetch) {
  return {
    fetch: (url, init) => fetch(url, { ...init, signal: joinSignals(over, init.signal) }),
    sleep: ms => sleep(ms, undefined, { signal: over }).catch(() => {}),
    now: () => Date.now() / 1000,
  } satisfies ClientOptions;
}

/** Has the log of the job hide each of these. That it cannot is told once: `exec` itself prints none of them. */
function createHiding(terminal: Terminal): (values: readonly string[]) => Promise<void> {
  let told = false;
  return async values => {
    if ((await hideFromLog(values, terminal)) || told) return;
    told = true;
    terminal.error(
      'kite-sts exec: the log of this job cannot be told what to hide: what the command prints of its credential stays there.\n',
    );
  };
}

/** Another exchange while the command runs. Throws with the reason, which its SDK will show. */
function createRenewal(asking: RoleExchange, terminal: Terminal, hide: ReturnType<typeof createHiding>) {
  return async (): Promise<IssuedCredential> => {
    const exchanged = await asking.ask();
    if (exchanged.outcome === 'issued') {
      await hide(listSecrets(exchanged));
      return exchanged;
    }
    const [reason = ''] = listReasonLines(exchanged);
    terminal.error(`kite-sts exec: the credential was not renewed: ${reason}\n`);
    throw new Error(reason);
  };
}

/** A command that is to be supplied, and how. */
type SuppliedCommand = {
  readonly command: readonly string[];
  /** Which registries, clusters and databases it may log in to by its session. */
  readonly reach: readonly string[];
  readonly asking: RoleExchange;
  readonly client: ReturnType<typeof createClientUntil>;
  readonly terminal: Terminal;
};

async function runSupplied(first: IssuedCredential, supplied: SuppliedCommand): Promise<number> {
  const { command, reach, asking, client, terminal } = supplied;
  const folder = await createPrivateFolder();
  const hide = createHiding(terminal);
  const mint = async (): Promise<string> => {
    const token = await asking.mint();
    await hide([token]);
    return token;
  };
  try {
    await hide(listSecrets(first));
    const source = { ...asking, mint, renew: createRenewal(asking, terminal, hide), folder, clock: client };
    const given = await createSupply(first, source);
    const more = reach.length > 0 ? await setUpReach(reach, terminal.environment, folder) : {};
    const environment = { ...composeEnvironment(terminal.environment, first.kind, given), ...more };
    const tell = (reason: string) => terminal.error(`kite-sts exec: ${makePrintable(reason)}\n`);
    const exits = await runChild(command, environment, tell);
    await given.end();
    return exits;
  } finally {
    await folder.remove();
  }
}

function readCommand(flags: Flags): string[] {
  const command = readFlagTexts(flags, '--');
  if (command.length === 0) throw new UsageError('A command is required, after --.');
  // Standard input is the command's, and could be read only once.
  if (readFlag(flags, 'token-file') === '-')
    throw new UsageError('exec cannot read --token-file - again and again.');
  return command;
}

export const exec: Verb = {
  options: {
    ...ROLE_OPTIONS,
    ...TOKEN_OPTIONS,
    json: { type: 'boolean', help: 'The reason why there is no credential, as JSON.' },
    reach: {
      type: 'string',
      value: 'ENTRY',
      multiple: true,
      help: 'A registry, cluster, database or package domain that the command may [log in to by its session](../guides/log-in-from-a-session.md): `kite-sts help docker-credential`. May be repeated.',
    },
  },
  about: `${TOKEN_ABOUT}

An aws role: the command's SDKs and CLIs have their keys from an endpoint on 127.0.0.1, which asks again
when they near their end. Other kinds: variables with the first credential, and a file that is kept new.
Exits as the command does, or with 125 when it was not started because no credential was had.`,
  examples: [
    'kite-sts exec --broker https://sts.acme.example --role deploy-web -- terraform apply',
    'kite-sts exec --role deploy-web --lifetime 60 -- aws s3 sync build s3://acme-web',
  ],
  takesCommand: true,
  async run(flags, terminal) {
    const [command, reach] = [readCommand(flags), readFlagTexts(flags, 'reach')];
    readReach(reach);
    const over = new AbortController();
    const client = createClientUntil(over.signal, createFetch(terminal.environment));
    try {
      const asking = readRoleExchange(flags, terminal, client);
      const first = await asking.ask();
      if (first.outcome === 'issued')
        return await runSupplied(first, { command, reach, asking, client, terminal });
      tellReason(first, asking, flags, terminal);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      // A command's own 1 and ours must not look alike.
      terminal.error(`kite-sts exec: ${(error as Error).message.trimEnd()}\n`);
    } finally {
      over.abort();
    }
    return EXIT.notStarted;
  },
};
