const STYLE =
  'svg{color-scheme:light dark}rect{fill:light-dark(#fff,#1b1f24);stroke:light-dark(#57606a,#8b949e);stroke-width:1.4}.k{stroke:light-dark(#0b6e4f,#4cc38a);stroke-width:2.4}.n{stroke:light-dark(#b42318,#ff7b72);stroke-width:2}.f{fill:light-dark(#e6f4ee,#12352a)}path{fill:none;stroke:light-dark(#57606a,#8b949e);stroke-width:1.5}.d{stroke-dasharray:5 4}polygon{fill:light-dark(#57606a,#8b949e)}text{font:14px system-ui,sans-serif;fill:light-dark(#1f2328,#e6edf3);text-anchor:middle}.b{font-weight:600}.s{font-size:12px;fill:light-dark(#57606a,#9198a1)}.l{text-anchor:start}.r{text-anchor:end}.m{font-family:ui-monospace,monospace;font-size:12px;text-anchor:start}';

/** One thing of a figure, around its middle. */
export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A whole figure. `label` says it to those who cannot see it, and `background` is drawn for neither theme. */
export function drawFigure(width: number, height: number, label: string, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(label)}"><style>${STYLE}</style>\n${parts.join('\n')}\n</svg>\n`;
}

/** Words at a place; `kind` is b (bold), s (small and quiet), l (from there to the right), r (to the left), m (as code). */
export function drawText(x: number, y: number, text: string, kind = ''): string {
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${x}" y="${y}">${escapeXml(text)}</text>`;
}

/** A box with a name in bold and quiet lines below it; `kind` is k (ours) or n (a denial). */
export function drawBox(box: Box, [name = '', ...lines]: readonly string[], kind = ''): string {
  const { x, y, width, height } = box;
  const first = y - lines.length * 8 + 5;
  return [
    `<rect${kind === '' ? '' : ` class="${kind}"`} x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="8"/>`,
    drawText(x, first, name, 'b'),
    ...lines.map((line, index) => drawText(x, first + 17 * (index + 1), line, 's')),
  ].join('');
}

/** A line with a head at its end; dashed where `kind` is d. It runs straight down or straight across. */
export function drawArrow(from: readonly [number, number], to: readonly [number, number], kind = ''): string {
  const [[x1, y1], [x2, y2]] = [from, to];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const at = (back: number, aside: number): string =>
    `${(x2 - back * Math.cos(angle) - aside * Math.sin(angle)).toFixed(1)},${(y2 - back * Math.sin(angle) + aside * Math.cos(angle)).toFixed(1)}`;
  return `<path${kind === '' ? '' : ` class="${kind}"`} d="M${x1} ${y1}L${at(8, 0).replace(',', ' ')}"/><polygon points="${at(0, 0)} ${at(10, 5)} ${at(10, -5)}"/>`;
}
