import { DANGERS, type ExposureDanger } from '../exposure.ts';
import { escapeHtml } from './escape.ts';
import type { Report } from './model.ts';

/** A picture of who reaches which account by which role: three columns, and lines between them. */

/** So many roles have a place of their own; the rest, which are better, share one. */
const MOST_ROLES = 18;
const MOST_OTHERS = 10;
const ROW = 34;
const WIDTH = 1080;
const BOX = {
  who: { x: 8, width: 300 },
  role: { x: 400, width: 300 },
  account: { x: 792, width: 280 },
} as const;

type Column = keyof typeof BOX;
type PictureNode = { readonly key: string; readonly label: string; readonly danger: ExposureDanger };
type Line = { readonly from: string; readonly to: string; readonly danger: ExposureDanger };

function chooseWorse(a: ExposureDanger, b: ExposureDanger): ExposureDanger {
  return DANGERS.indexOf(a) > DANGERS.indexOf(b) ? a : b;
}

/** Of several with one key the worst. Beyond `most` the last stands for the rest. */
function gatherNodes(
  nodes: readonly PictureNode[],
  most: number,
): { nodes: PictureNode[]; keyOf: (key: string) => string } {
  const merged = new Map<string, PictureNode>();
  for (const node of nodes) {
    const before = merged.get(node.key);
    merged.set(node.key, before ? { ...before, danger: chooseWorse(before.danger, node.danger) } : node);
  }
  const all = [...merged.values()].sort((a, b) => DANGERS.indexOf(b.danger) - DANGERS.indexOf(a.danger));
  if (all.length <= most) return { nodes: all, keyOf: key => key };
  const [shown, rest] = [all.slice(0, most - 1), all.slice(most - 1)];
  const left = { key: 'the rest', label: `${rest.length} more`, danger: rest[0]?.danger ?? 'expected' };
  const named = new Set(shown.map(each => each.key));
  return { nodes: [...shown, left], keyOf: key => (named.has(key) ? key : left.key) };
}

function shortenLabel(label: string): string {
  const characters = [...label];
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : label;
}

function writeNode(node: PictureNode, column: Column, at: number): string {
  const { x, width } = BOX[column];
  const y = 36 + at * ROW;
  return `<g class="node ${node.danger}"><title>${escapeHtml(node.label)}</title><rect x="${x}" y="${y}" width="${width}" height="26" rx="5"/><text x="${x + 10}" y="${y + 17}">${escapeHtml(shortenLabel(node.label))}</text></g>`;
}

function writeLine(
  danger: ExposureDanger,
  from: readonly [number, number],
  to: readonly [number, number],
): string {
  const middle = (from[0] + to[0]) / 2;
  return `<path class="line ${danger}" d="M${from[0]} ${from[1]} C${middle} ${from[1]} ${middle} ${to[1]} ${to[0]} ${to[1]}"/>`;
}

type Placed = ReadonlyMap<string, number>;

function writeLines(
  lines: readonly Line[],
  [left, right]: readonly [Column, Column],
  from: Placed,
  to: Placed,
): string {
  const joined = new Map<string, Line>();
  for (const line of lines) {
    const key = `${line.from}\n${line.to}`;
    const before = joined.get(key);
    joined.set(key, before ? { ...before, danger: chooseWorse(before.danger, line.danger) } : line);
  }
  return [...joined.values()]
    .sort((a, b) => DANGERS.indexOf(a.danger) - DANGERS.indexOf(b.danger))
    .map(each =>
      writeLine(
        each.danger,
        [BOX[left].x + BOX[left].width, 49 + (from.get(each.from) ?? 0) * ROW],
        [BOX[right].x, 49 + (to.get(each.to) ?? 0) * ROW],
      ),
    )
    .join('');
}

function placeNodes(nodes: readonly PictureNode[]): Placed {
  return new Map(nodes.map((each, at) => [each.key, at]));
}

function writeColumn(column: Column, title: string, nodes: readonly PictureNode[]): string {
  return `<text class="head" x="${BOX[column].x}" y="20">${title}</text>${nodes.map((node, at) => writeNode(node, column, at)).join('')}`;
}

/** An SVG, or nothing where no direct trust is open. */
export function drawReport(report: Report): string {
  const direct = report.rows.filter(row => row.state !== 'gone');
  if (direct.length === 0) return '';
  const who = gatherNodes(
    direct.flatMap(row => row.who.map(({ says, danger }) => ({ key: says, label: says, danger }))),
    MOST_OTHERS,
  );
  const roles = gatherNodes(
    direct.map(each => ({ key: each.source, label: each.name, danger: each.danger })),
    MOST_ROLES,
  );
  const accounts = gatherNodes(
    direct.map(({ account, danger }) => ({ key: account, label: `account ${account}`, danger })),
    MOST_OTHERS,
  );
  const lines = direct.flatMap(row =>
    row.who.map(each => ({ from: who.keyOf(each.says), to: roles.keyOf(row.source), danger: each.danger })),
  );
  const onward = direct.map(each => ({
    from: roles.keyOf(each.source),
    to: accounts.keyOf(each.account),
    danger: each.danger,
  }));
  const height = 44 + Math.max(who.nodes.length, roles.nodes.length, accounts.nodes.length) * ROW;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Who reaches which account by which role">${writeLines(lines, ['who', 'role'], placeNodes(who.nodes), placeNodes(roles.nodes))}${writeLines(onward, ['role', 'account'], placeNodes(roles.nodes), placeNodes(accounts.nodes))}${writeColumn('who', 'who', who.nodes)}${writeColumn('role', 'role', roles.nodes)}${writeColumn('account', 'account', accounts.nodes)}</svg>`;
}
