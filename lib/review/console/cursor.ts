type Key = { readonly name: string; readonly column: number };

/** The key of a block line, where its text begins, and where its dash stands if it has one. */
function readBlockLine(line: string): { name: string; column: number; dash: number | undefined } | undefined {
  const found = /^(?<indent> *)(?<dash>(?:- +)?)(?<key>[\w.$:@/-]+|"[^"]*"|'[^']*')?/.exec(line);
  if (line.trim() === '' || /^\s*#/.test(line) || !found?.groups) return undefined;
  const { indent = '', dash = '', key = '' } = found.groups;
  const name = key.replace(/:$/, '').replace(/^["']|["']$/g, '');
  return {
    name,
    column: indent.length + dash.length,
    dash: dash === '' ? undefined : indent.length,
  };
}

/** The keys of the blocks around a column, from the outermost. Lists leave no trace in it. */
function findBlockPath(lines: readonly string[], column: number): string[] {
  const path: string[] = [];
  let within = column;
  for (const line of lines.toReversed()) {
    const read = readBlockLine(line);
    if (!read) continue;
    if (read.dash !== undefined && read.column === within) {
      // A key may stand right above the dashes of its list, with no more of an indent.
      within = read.dash + 1;
      continue;
    }
    if (read.column >= within) continue;
    path.unshift(read.name);
    within = read.dash === undefined ? read.column : read.dash + 1;
    if (within === 0) break;
  }
  return path;
}

/** The flow mappings and lists that are open before the cursor: the key before each, and where it stands. */
function findFlowKeys(before: string): { readonly keys: readonly Key[]; readonly start: number | undefined } {
  const keys: Key[] = [];
  let depth = 0;
  let start: number | undefined;
  for (
    let at = before.length - 1;
    at >= 0 && !(before[at] === '\n' && /^\S/.test(before.slice(at + 1)));
    at--
  ) {
    const sign = before[at];
    if (sign === '}' || sign === ']') depth++;
    else if (sign === '{' || sign === '[') {
      if (depth > 0) depth--;
      else {
        const key = /(?<name>[\w.$-]+|"[^"]*"):\s*$/.exec(before.slice(0, at));
        if (key?.groups) keys.unshift({ name: key.groups['name'] ?? '', column: key.index });
        start = key?.index ?? at;
      }
    }
  }
  return { keys, start };
}

/** Where in a role file the cursor is. */
export type CursorPlace = {
  readonly path: readonly string[];
  /** The key whose value is being written; undefined where a key is. */
  readonly value: string | undefined;
  readonly from: number;
};

/** Finds which key or value is being written at the end of this text. */
export function findCursorPlace(before: string): CursorPlace {
  const { keys, start } = findFlowKeys(before);
  const outer = start === undefined ? before : before.slice(0, start);
  const lines = outer.split('\n');
  const last = lines.at(-1) ?? '';
  const dash = /^ *(- +)?/.exec(last)?.[0] ?? '';
  const column = start === undefined ? dash.length : Math.min(dash.length, last.length);
  const inItem = /^ *- /.test(last);
  const above = findBlockPath(lines.slice(0, -1), inItem ? last.indexOf('-') + 1 : column);
  const path = [...above, ...keys.map(({ name }) => name)];
  const written = /(?:^|[{[,]|\n) *(?:- +)*(?:(?<key>[\w.$-]+|"[^"]*"): +)?(?<word>[^\s,{}[\]]*)$/.exec(
    before,
  );
  const { key, word = '' } = written?.groups ?? {};
  return { path, value: key?.replaceAll('"', ''), from: before.length - word.length };
}

/** Is the innermost bracket that is open a `[`? */
export function isInBrackets(before: string): boolean {
  const open = before.replace(/\[[^[\]{}]*\]|\{[^[\]{}]*\}/g, '');
  return open.lastIndexOf('[') > open.lastIndexOf('{') && open.lastIndexOf('[') > open.lastIndexOf('\n');
}
