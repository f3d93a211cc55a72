import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../harness/markdown.ts';
import { filesBelow, type Node, type Source, sourceOf } from '../harness/source.ts';

type Named = { readonly name: string; readonly path: string };

/** One function that has a name or stands at top level. */
type Measured = Named & { readonly lines: number; readonly top: boolean; readonly destructured: number };

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

function isFunction(node: Node | null | undefined): node is Node {
  return !!node && FUNCTIONS.includes(node.type);
}

/** Without blanks and comments, as the compiler would see them. */
export function countCode(text: string): number {
  const bare = text.replace(/\/\*[\s\S]*?\*\//g, comment => comment.replace(/[^\n]/g, ''));
  return bare.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('//')).length;
}

function countLines(text: string, { start, end }: Node): number {
  return text.slice(Number(start), Number(end)).split('\n').length;
}

function parametersOf(node: Node): readonly Node[] {
  const list = node['params'];
  return (Array.isArray(list) ? list : ((list as Node | undefined)?.['items'] as Node[])) ?? [];
}

/** A declaration at top level, or what an export holds. */
function declarationOf(statement: Node): Node {
  return (statement['declaration'] as Node | undefined) ?? statement;
}

function nameOf(node: Node | undefined): string {
  return String((node?.['id'] as Node | undefined)?.['name'] ?? '');
}

/** The functions that have a name: declared, or held by a constant. */
function functionsOf({ path, nodes }: Source, text: string): readonly Measured[] {
  const [program] = nodes;
  const top = new Set(((program?.['body'] ?? []) as Node[]).map(declarationOf));
  const declared = nodes.flatMap(node => {
    if (node.type === 'FunctionDeclaration')
      return [{ name: nameOf(node), whole: node, body: node, at: node }];
    if (node.type !== 'VariableDeclaration') return [];
    return (node['declarations'] as Node[]).flatMap(each => {
      const body = each['init'] as Node | undefined;
      return isFunction(body) ? [{ name: nameOf(each), whole: each, body, at: node }] : [];
    });
  });
  return declared.map(({ name, whole, body, at }) => ({
    path,
    name,
    lines: countLines(text, whole),
    top: top.has(at),
    destructured: parametersOf(body).filter(({ type }) => type === 'ObjectPattern').length,
  }));
}

/** The types that a file exports. */
function typesOf({ path, nodes }: Source): readonly Named[] {
  return nodes
    .filter(({ type }) => type === 'ExportNamedDeclaration')
    .map(node => node['declaration'] as Node | undefined)
    .filter(node => ['TSTypeAliasDeclaration', 'TSInterfaceDeclaration'].includes(String(node?.type)))
    .map(node => ({ path, name: nameOf(node) }));
}

/** Names that stand in more than one file. */
function findDoubled(named: readonly Named[]): readonly string[] {
  const paths = new Map<string, Set<string>>();
  for (const { name, path } of named) paths.set(name, (paths.get(name) ?? new Set()).add(path));
  return [...paths].flatMap(([name, { size }]) => (size > 1 ? [name] : [])).sort();
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

/** The figures of these folders. Lines are of code: no blanks, no comments. */
export function measure(folders: readonly string[]) {
  const paths = folders.flatMap(filesBelow).filter(path => path.endsWith('.ts'));
  const files = paths.map(path => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { text, source: sourceOf(path, text) };
  });
  const code = files.reduce((sum, { text }) => sum + countCode(text), 0);
  const all = files.flatMap(({ source, text }) => functionsOf(source, text));
  const parameters = files.flatMap(({ source }) => source.nodes.filter(isFunction)).flatMap(parametersOf);
  const top = all.filter(each => each.top);
  return {
    files: files.length,
    'lines of code': code,
    'functions per 1,000 lines': Math.round((1000 * all.length) / code),
    'median lines of a function': median(all.map(({ lines }) => lines)),
    'functions of more than 30 lines': all.filter(({ lines }) => lines > 30).length,
    'functions of 3 lines or less at top level': percent(
      top.filter(({ lines }) => lines <= 3).length,
      top.length,
    ),
    'parameters destructured in the signature': percent(
      parameters.filter(({ type }) => type === 'ObjectPattern').length,
      parameters.length,
    ),
    doubledFunctions: findDoubled(top),
    doubledTypes: findDoubled(files.flatMap(({ source }) => typesOf(source))),
  };
}
