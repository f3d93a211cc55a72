import { findSampleClaims } from '../../lib/jobs/sample.ts';
import { compareConfigs } from '../../lib/review/compare/change.ts';
import { DIRECTIONS, judgeDirection } from '../../lib/review/compare/direction.ts';
import { formatDiffMarkdown } from '../../lib/review/compare/report.ts';
import { listSections } from '../../lib/review/compare/sections.ts';
import { configFrom } from '../harness/local.ts';
import { read } from '../harness/markdown.ts';
import { NOW } from '../harness/policy.ts';
import { drawFigure, drawText } from './draw.ts';

const [WIDTH, LINE, COLUMNS] = [900, 19, 112];

/** The report of a pull request that opens deploy-web to release branches, as `diff --report --markdown` prints it. */
function writeReport(): string {
  const role = read('config/roles/deploy-web.yml');
  const opened = role.replace('build_branch: main', 'build_branch: { matches: "release-*" }');
  const [before, after] = [role, opened].map(text => configFrom({ 'deploy-web': text }));
  if (!before || !after) throw new Error('There are two versions.');
  const found = compareConfigs(before, after, { findSample: findSampleClaims, from: NOW });
  return formatDiffMarkdown(listSections(found), DIRECTIONS[judgeDirection(found)]);
}

type Line = { readonly text: string; readonly kind: string; readonly indent: number };

/** A line of Markdown as lines of the figure: what it is by its mark, and broken where it is too long. */
function breakLine(markdown: string): Line[] {
  const [, mark = '', rest = ''] = /^(#+ |- |\s+)?(.*)$/.exec(markdown) ?? [];
  const text = rest.replaceAll(/`|\*\*/g, '');
  const kind = mark.startsWith('#')
    ? 'b l'
    : rest.startsWith('**')
      ? 'm b'
      : rest.startsWith('`')
        ? 'm'
        : 'l';
  const pieces = text.match(new RegExp(`.{1,${COLUMNS}}(?:[ ,]|$)|.{1,${COLUMNS}}`, 'g')) ?? [''];
  const indent = mark === '- ' || mark.startsWith(' ') ? 1 : 0;
  return pieces.map((piece, index) => ({
    text: index === 0 && mark === '- ' ? `• ${piece}` : piece,
    kind,
    indent: indent === 1 && !(index === 0 && mark === '- ') ? 2 : indent,
  }));
}

/** A report of `diff` as a comment of a pull request has it. */
export function drawReport(): string {
  const lines = writeReport().trim().split('\n').flatMap(breakLine);
  const height = 84 + lines.length * LINE;
  return drawFigure(
    WIDTH,
    height,
    'A report as a comment of a pull request. It says: wider, somebody gets more than before. The role deploy-web changed: its branch was main and is now any that begins with release-. Below it stands a request that was denied and is allowed, and one that is no longer allowed.',
    [
      `<rect x="1" y="1" width="${WIDTH - 2}" height="${height - 2}" rx="8"/>`,
      `<path d="M1 40H${WIDTH - 1}"/>`,
      drawText(20, 26, 'policy', 'b l'),
      drawText(72, 26, 'on the pull request “Deploy from release branches”', 's l'),
      ...lines.map(({ text, kind, indent }, index) =>
        drawText(20 + Math.max(0, indent - 1) * 15, 70 + index * LINE, text, kind),
      ),
    ],
  );
}
