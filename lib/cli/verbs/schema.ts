import { SCHEMAS, type SchemaName, writeSchema } from '../../review/author/schema.ts';
import { EXIT, readChoice, readFlag, type Verb } from '../verb.ts';

const NAMES = Object.keys(SCHEMAS) as SchemaName[];

export const schema: Verb = {
  usage: ['role|registry|broker|test|invariants|teams'],
  words: [{ name: 'NAME', help: 'role, registry, broker, test, invariants or teams.' }],
  options: {},
  about: `JSON Schema, draft-07, drawn from the shapes that the loader itself reads by. The package has each as
node_modules/kite-sts/docs/reference/NAME.schema.json. An editor with the YAML language server reads it when the file's first line is:

  # yaml-language-server: $schema=PATH-OR-URL

What needs more than one file, such as a claim that an issuer never sends, is found by lint alone.`,
  examples: ['kite-sts schema role', 'kite-sts schema broker > broker.schema.json'],
  async run(flags, terminal) {
    const word = readFlag(flags, 'NAME') ?? '';
    const name = readChoice(word, NAMES, `There is no schema "${word}": ${NAMES.join(', ')}.`);
    terminal.out(writeSchema(name));
    return EXIT.done;
  },
};
