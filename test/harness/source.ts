import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseAst } from 'vitest/node';
import { ROOT } from './markdown.ts';

export type Node = { readonly type: string; readonly [member: string]: unknown };

/** One module that a file names. `runTime` is false for what is gone once the types are. */
export type Import = { readonly from: string; readonly to: string; readonly runTime: boolean };
export type Source = {
  readonly path: string;
  readonly nodes: readonly Node[];
  readonly imports: readonly Import[];
};

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && typeof (value as Node).type === 'string';
}

/** A node and all below it. */
export function nodesOf(node: Node): Node[] {
  return [node, ...Object.values(node).flat().filter(isNode).flatMap(nodesOf)];
}

const DECLARATIONS = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'];

function named(node: Node): { source: unknown; runTime: boolean } | undefined {
  // With verbatimModuleSyntax `import { type A } from 'x'` still loads x: only `import type` does not.
  if (DECLARATIONS.includes(node.type) && node['source'])
    return {
      source: node['source'],
      runTime: node['importKind'] !== 'type' && node['exportKind'] !== 'type',
    };
  if (node.type === 'ImportExpression') return { source: node['source'], runTime: true };
  return node.type === 'TSImportType' ? { source: node['source'], runTime: false } : undefined;
}

function target(from: string, source: unknown): string {
  const value = isNode(source) ? source['value'] : undefined;
  if (typeof value !== 'string') return 'not a literal';
  return value.startsWith('.') ? posix.join(posix.dirname(from), value) : value;
}

/** Every file of ours below the folder of the repository, as `folder/…/name`. */
export function filesBelow(folder: string): string[] {
  return existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter(each => each.isFile())
        .map(each => posix.relative(ROOT, join(each.parentPath, each.name)))
        .filter(path => !path.includes('/node_modules/'))
        .sort()
    : [];
}

/** A TypeScript file as its syntax tree, with all that it imports, exports from elsewhere or loads later. */
export function sourceOf(path: string, text = readFileSync(join(ROOT, path), 'utf8')): Source {
  const nodes = nodesOf(parseAst(text, { lang: 'ts' }) as unknown as Node);
  const imports = nodes.flatMap(node => {
    const found = named(node);
    return found ? [{ from: path, to: target(path, found.source), runTime: found.runTime }] : [];
  });
  return { path, nodes, imports };
}
