import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(import.meta.dirname, '../../../examples');

function listFiles(folder: string, within = ''): readonly string[] {
  return readdirSync(join(folder, within)).flatMap(name => {
    const path = join(within, name);
    return statSync(join(folder, path)).isDirectory() ? listFiles(folder, path) : [path];
  });
}

/** Each folder of examples as a page: all its files, as they are. */
export default {
  paths: () =>
    readdirSync(EXAMPLES)
      .filter(name => statSync(join(EXAMPLES, name)).isDirectory())
      .map(name => {
        const folder = join(EXAMPLES, name);
        const files = listFiles(folder).map(path => {
          const text = readFileSync(join(folder, path), 'utf8');
          const fence = path.endsWith('.md') ? '' : `\`\`\`\`${path.split('.').at(-1)}\n${text}\n\`\`\`\``;
          return path.endsWith('.md') ? text : `## ${path}\n\n${fence}`;
        });
        return { params: { name }, content: files.join('\n\n') };
      }),
};
