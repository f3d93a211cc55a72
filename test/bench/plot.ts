/** One line of a plot: a value at each place of the axis below. */
export type PlotLine = { readonly name: string; readonly values: readonly number[] };

/** What is drawn: both axes are logarithmic to base 2, since load and memory go by doubles. */
export type Plot = {
  readonly title: string;
  readonly below: string;
  readonly beside: string;
  readonly places: readonly number[];
  readonly lines: readonly PlotLine[];
};

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [720, 380, 70, 50, 190, 60] as const;
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e'];
const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#24292f}.grid{stroke:#8884}.title{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}';

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function writeText(x: number, y: number, text: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeText(text)}</text>`;
}

/** Powers of two from below the least to above the greatest. */
function listTicks(values: readonly number[]): readonly number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(Math.log2) as [number, number];
  const [first, last] = [Math.floor(low), Math.ceil(high)];
  return [...Array(last - first + 1).keys()].map(step => 2 ** (first + step));
}

function createScale(from: number, to: number, begin: number, end: number) {
  return (value: number): number =>
    begin + ((Math.log2(value) - Math.log2(from)) / (Math.log2(to) - Math.log2(from))) * (end - begin);
}

function writeTick(tick: number): string {
  return tick >= 1 ? String(tick) : tick.toPrecision(2);
}

/** Draws lines as an SVG that reads on light and dark pages. */
export function drawPlot({ title, below, beside, places, lines }: Plot): string {
  const ticks = listTicks(lines.flatMap(({ values }) => values));
  const x = createScale(places[0] ?? 1, places.at(-1) ?? 2, LEFT, WIDTH - RIGHT);
  const y = createScale(ticks[0] ?? 1, ticks.at(-1) ?? 2, HEIGHT - BOTTOM, TOP);
  const grid = ticks.map(
    tick =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>${writeText(LEFT - 8, y(tick) + 4, writeTick(tick), 'text-anchor="end"')}`,
  );
  const steps = places.map(place =>
    writeText(x(place), HEIGHT - BOTTOM + 20, String(place), 'text-anchor="middle"'),
  );
  const drawn = lines.map(({ name, values }, index) => {
    const color = COLORS[index % COLORS.length];
    const points = values.map((value, place) => `${x(places[place] ?? 1).toFixed(1)},${y(value).toFixed(1)}`);
    const label = writeText(WIDTH - RIGHT + 10, y(values.at(-1) ?? 1) + 4, name);
    return `<polyline fill="none" stroke="${color}" stroke-width="2.5" points="${points.join(' ')}"/>${label}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">`,
    `<style>${STYLE}</style>`,
    writeText(LEFT, 24, title, 'class="title"'),
    ...grid,
    ...steps,
    writeText((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, below, 'text-anchor="middle"'),
    writeText(LEFT - 60, TOP - 10, beside),
    ...drawn,
    '</svg>\n',
  ].join('\n');
}
