import type { Verb, VerbOption } from './verb.ts';

/** Characters of a line of the help. */
const WIDTH = 120;

/** Markdown in lines of this width, without the marks of its code and links. */
function wrapText(markdown: string, width: number): string[] {
  const text = markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.pop();
    if (line === undefined) lines.push(word);
    else if (line.length + word.length < width) lines.push(`${line} ${word}`);
    else lines.push(line, word);
  }
  return lines;
}

/** An option as one writes it: `--role ROLE`. */
export function writeOption(name: string, option: VerbOption): string {
  return option.type === 'string' ? `--${name} ${option.value}` : `--${name}`;
}

/** Says what an option means, in Markdown: for the help and for the table of the reference. */
export function describeOption(option: VerbOption): string {
  return option.type === 'string' && option.required ? `${option.help} Required.` : option.help;
}

/** Words and options of a verb, a line or more for each. */
function writeRows(verb: Verb): string {
  const options = Object.entries(verb.options);
  const rows = [
    ...(verb.words ?? []).map(({ name, help }) => [name, help] as const),
    ...options.map(([name, option]) => [writeOption(name, option), describeOption(option)] as const),
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 4;
  return rows
    .map(([label, help]) =>
      wrapText(help, WIDTH - width)
        .map((line, at) => `${(at === 0 ? `  ${label}` : '').padEnd(width)}${line}`)
        .join('\n'),
    )
    .join('\n');
}

/** Words, what is required, and then each option, or `[options]` where they are too many for a line. */
function drawUsage(name: string, verb: Verb): string {
  const { words = [], options, takesCommand } = verb;
  const all = Object.entries(options).map(([option, declared]) => ({
    text: writeOption(option, declared),
    required: declared.type === 'string' && declared.required === true,
  }));
  const optional = all.flatMap(({ text, required }) => (required ? [] : [`[${text}]`]));
  const first = [
    `kite-sts ${name}`,
    ...words.map(word => (word.optional ? `[${word.name}]` : word.name)),
    ...all.flatMap(({ text, required }) => (required ? [text] : [])),
  ];
  const last = takesCommand ? ['-- COMMAND [WORDS]'] : [];
  const line = [...first, ...optional, ...last].join(' ');
  return line.length <= WIDTH ? line : [...first, '[options]', ...last].join(' ');
}

/** The first lines of a verb's help: how it is called. */
export function writeUsage(name: string, verb: Verb): string {
  return verb.usage?.map(form => `kite-sts ${name} ${form}`).join('\n') ?? drawUsage(name, verb);
}

/** The help of a verb: how it is called, its words and options, what else there is to know, two examples. */
export function writeHelp(name: string, verb: Verb): string {
  const { words = [], options, about, examples } = verb;
  const hasRows = words.length > 0 || Object.keys(options).length > 0;
  const parts = [
    writeUsage(name, verb),
    ...(hasRows ? [writeRows(verb)] : []),
    ...(about === undefined ? [] : [about]),
    `Examples:\n${examples.map(example => `  ${example}`).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}
