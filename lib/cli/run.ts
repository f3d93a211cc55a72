import { suggestWord } from '../language/nearest.ts';
import { writeHelp, writeUsage } from './help.ts';
import { readManifest } from './manifest.ts';
import { writeOverview } from './overview.ts';
import { EXIT, Failure, readFlags, type Terminal, UsageError, type Verb } from './verb.ts';

/** The verbs, each loaded only when it is asked for: quick to start. */
export const VERBS: { readonly [name: string]: () => Promise<Verb> } = {
  init: async () => (await import('./verbs/init.ts')).init,
  start: async () => (await import('./verbs/start.ts')).start,
  lint: async () => (await import('./verbs/lint.ts')).lint,
  test: async () => (await import('./verbs/test.ts')).test,
  explain: async () => (await import('./verbs/explain.ts')).explain,
  diff: async () => (await import('./verbs/diff.ts')).diff,
  'who-can': async () => (await import('./verbs/who-can.ts')).whoCan,
  console: async () => (await import('./verbs/console.ts')).consoleFile,
  roles: async () => (await import('./verbs/roles.ts')).roles,
  'what-can': async () => (await import('./verbs/what-can.ts')).whatCan,
  replay: async () => (await import('./verbs/replay.ts')).replay,
  usage: async () => (await import('./verbs/usage.ts')).usage,
  prove: async () => (await import('./verbs/prove.ts')).prove,
  judge: async () => (await import('./verbs/judge.ts')).judge,
  fmt: async () => (await import('./verbs/fmt.ts')).fmt,
  pin: async () => (await import('./verbs/pin.ts')).pin,
  import: async () => (await import('./verbs/import.ts')).importPolicy,
  codeowners: async () => (await import('./verbs/codeowners.ts')).codeowners,
  schema: async () => (await import('./verbs/schema.ts')).schema,
  exchange: async () => (await import('./verbs/exchange.ts')).exchange,
  exec: async () => (await import('./verbs/exec.ts')).exec,
  'credential-process': async () => (await import('./verbs/credential-process.ts')).credentialProcess,
  'docker-credential': async () => (await import('./verbs/docker-credential.ts')).dockerCredential,
  'kube-credential': async () => (await import('./verbs/kube-credential.ts')).kubeCredential,
  'rds-token': async () => (await import('./verbs/rds-token.ts')).rdsToken,
  codeartifact: async () => (await import('./verbs/codeartifact.ts')).codeartifact,
  whoami: async () => (await import('./verbs/whoami.ts')).whoami,
  token: async () => (await import('./verbs/token.ts')).token,
  'check-targets': async () => (await import('./verbs/check-targets.ts')).checkTargets,
  doctor: async () => (await import('./verbs/doctor.ts')).doctor,
  drift: async () => (await import('./verbs/drift.ts')).drift,
  jwks: async () => (await import('./verbs/jwks.ts')).jwks,
  disable: async () => (await import('./verbs/disable.ts')).disable,
  enable: async () => (await import('./verbs/enable.ts')).enable,
  suspend: async () => (await import('./verbs/suspend.ts')).suspend,
  resume: async () => (await import('./verbs/resume.ts')).resume,
  disabled: async () => (await import('./verbs/disabled.ts')).disabled,
  revoke: async () => (await import('./verbs/revoke.ts')).revoke,
  upgrade: async () => (await import('./verbs/upgrade.ts')).upgrade,
  rollback: async () => (await import('./verbs/rollback.ts')).rollback,
  completion: async () => (await import('./verbs/completion.ts')).createCompletion(VERBS),
};

/** Several complaints stand one below the other; one alone follows the verb. */
function hasSeveralComplaints(message: string): boolean {
  return message.trimEnd().includes('\n') && !message.endsWith('\n1 error\n');
}

/** The verb of this name. Throws `UsageError` where there is none. */
async function findVerb(name: string): Promise<Verb> {
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load) return load();
  throw new UsageError(`"${name}" is not a verb.${suggestWord(name, Object.keys(VERBS))}`);
}

/** Writes the help or the version, where they are asked for; undefined where a verb is. */
async function writeInformation(words: readonly string[]): Promise<string | undefined> {
  const [name = '', verb] = words;
  if (name === 'help' && verb !== undefined) return writeHelp(verb, await findVerb(verb));
  if (['', 'help', '--help', '-h'].includes(name)) return writeOverview();
  return ['--version', '-v'].includes(name) ? `${(await readManifest()).version}\n` : undefined;
}

/** Runs one command line. Prints what went wrong plainly; a stack trace is never among it. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name = '', ...rest] = words;
  try {
    const information = await writeInformation(words);
    if (information === undefined) return await runVerb(name, await findVerb(name), rest, terminal);
    terminal.out(information);
    return name === '' ? EXIT.usage : EXIT.done;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.error(`kite-sts: ${error.message}\nkite-sts help lists the verbs.\n`);
    return EXIT.usage;
  }
}

/** Is the answer, and with it the reason why there is none, for a program? */
function isForProgram(verb: Verb, words: readonly string[]): boolean {
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  return Object.hasOwn(verb.options, 'json') && own.includes('--json');
}

function describeFailure(name: string, verb: Verb, error: UsageError | Failure): string {
  if (error instanceof UsageError)
    return `kite-sts ${name}: ${error.message}\n${writeUsage(name, verb)}\nkite-sts help ${name} tells more.\n`;
  return `kite-sts ${name}:${hasSeveralComplaints(error.message) ? '\n' : ' '}${error.message}`;
}

/** Runs one verb with the words that follow its name. */
export async function runVerb(
  name: string,
  verb: Verb,
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  try {
    const flags = readFlags(verb, words);
    if (!flags['help']) return await verb.run(flags, terminal);
    terminal.out(writeHelp(name, verb));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Failure)) throw error;
    const exits = error instanceof UsageError ? EXIT.usage : EXIT.failed;
    const told = { outcome: 'not_run', verb: name, exit_code: exits, message: error.message.trimEnd() };
    const text = isForProgram(verb, words) ? `${JSON.stringify(told)}\n` : describeFailure(name, verb, error);
    terminal.error(text);
    return exits;
  }
}
