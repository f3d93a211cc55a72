import { quoteShellWord } from '../../language/quote.ts';
import { SUMMARIES } from '../overview.ts';
import { collectOptions, EXIT, readFlag, UsageError, type Verb } from '../verb.ts';

type Verbs = { readonly [name: string]: () => Promise<Verb> };

/** A verb as a shell completes it. */
type CompletedVerb = {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
};
type CompletedOption = { readonly name: string; readonly takesValue: boolean };

function listOptions(verb: Verb): CompletedOption[] {
  return Object.entries(collectOptions(verb)).map(([name, { type }]) => ({
    name,
    takesValue: type === 'string',
  }));
}

async function listVerbs(verbs: Verbs): Promise<CompletedVerb[]> {
  return Promise.all(
    Object.entries(verbs).map(async ([name, load]) => {
      return { name, summary: SUMMARIES[name] ?? '', options: listOptions(await load()) };
    }),
  );
}

function listFlags(verb: CompletedVerb): string {
  return verb.options.map(({ name }) => `--${name}`).join(' ');
}

/** https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
function writeBash(verbs: readonly CompletedVerb[]): string {
  const names = verbs.map(({ name }) => name).join(' ');
  return `# For ~/.bashrc: eval "$(kite-sts completion bash)"
_kite_sts() {
  local current=\${COMP_WORDS[COMP_CWORD]} words=
  if ((COMP_CWORD == 1)) || [[ \${COMP_WORDS[1]} == help ]]; then
    words='${names} help'
  elif [[ $current == -* ]]; then
    case \${COMP_WORDS[1]} in
${verbs.map(verb => `      ${verb.name}) words='${listFlags(verb)}' ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _kite_sts kite-sts
`;
}

/** https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
function writeZsh(verbs: readonly CompletedVerb[]): string {
  return `#compdef kite-sts
# For ~/.zshrc, after compinit: source <(kite-sts completion zsh)
_kite_sts() {
  local -a verbs
  verbs=(
${verbs.map(({ name, summary }) => `    ${quoteShellWord(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
    'help:Tells more of a verb.'
  )
  if (( CURRENT == 2 )) || [[ $words[2] == help ]]; then
    _describe verb verbs
    return
  fi
  if [[ $PREFIX != -* ]]; then
    _files
    return
  fi
  case $words[2] in
${verbs.map(verb => `    ${verb.name}) compadd -- ${listFlags(verb)} ;;`).join('\n')}
  esac
}
compdef _kite_sts kite-sts
`;
}

/** In single quotes of fish only a quote and a backslash are special: https://fishshell.com/docs/current/language.html#quotes */
function quoteFish(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** https://fishshell.com/docs/current/completions.html */
function writeFish(verbs: readonly CompletedVerb[]): string {
  const first = 'complete -c kite-sts -n __fish_use_subcommand -f';
  const words = verbs.map(({ name, summary }) => `${first} -a ${name} -d ${quoteFish(summary)}`);
  const options = verbs.flatMap(verb =>
    verb.options.map(
      ({ name, takesValue }) =>
        `complete -c kite-sts -n '__fish_seen_subcommand_from ${verb.name}' -l ${name}${takesValue ? ' -r' : ''}`,
    ),
  );
  const help = `complete -c kite-sts -n '__fish_seen_subcommand_from help' -f -a '${verbs.map(({ name }) => name).join(' ')}'`;
  const how = '# kite-sts completion fish > ~/.config/fish/completions/kite-sts.fish';
  return [how, ...words, `${first} -a help -d 'Tells more of a verb.'`, help, ...options, ''].join('\n');
}

const WRITERS: { readonly [shell: string]: (verbs: readonly CompletedVerb[]) => string } = {
  bash: writeBash,
  zsh: writeZsh,
  fish: writeFish,
};

/** The verb, with the verbs that there are: the table of them loads this file. */
export function createCompletion(verbs: Verbs): Verb {
  return {
    words: [{ name: 'SHELL', help: 'bash, zsh or fish.' }],
    options: {},
    about: `  bash   in ~/.bashrc: eval "$(kite-sts completion bash)"
  zsh    in ~/.zshrc, after compinit: source <(kite-sts completion zsh)
  fish   kite-sts completion fish > ~/.config/fish/completions/kite-sts.fish

It completes the command kite-sts, so it wants one on PATH: npm install --global the tarball, or put
node_modules/.bin there.`,
    examples: [
      'kite-sts completion bash',
      'kite-sts completion fish > ~/.config/fish/completions/kite-sts.fish',
    ],
    async run(flags, terminal) {
      const shell = readFlag(flags, 'SHELL') ?? '';
      const write = Object.hasOwn(WRITERS, shell) ? WRITERS[shell] : undefined;
      if (!write) throw new UsageError(`"${shell}" is none of ${Object.keys(WRITERS).join(', ')}.`);
      terminal.out(write(await listVerbs(verbs)));
      return EXIT.done;
    },
  };
}
