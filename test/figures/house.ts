import { filesBelow, sourceOf } from '../harness/source.ts';

/** The rooms, and the files of lib that tell one part of the story together. */
const GROUPS: { readonly [file: string]: string } = {
  'outcome.ts': 'outcome',
  'hint.ts': 'outcome',
  'answer.ts': 'outcome',
  'record.ts': 'outcome',
  'visit.ts': 'outcome',
  'counts.ts': 'exchange',
  'authenticate.ts': 'exchange',
  'spend.ts': 'exchange',
  'job-facts.ts': 'exchange',
  'decide-registry.ts': 'exchange',
  'exchange.ts': 'exchange',
  'recorder.ts': 'serve',
  'identity.ts': 'serve',
  'access.ts': 'serve',
  'authorize.ts': 'serve',
  'serve.ts': 'serve',
  'review/assume.ts': 'review',
};

function findBox(path: string): string {
  const room = /^(?:lib\/)?((?:review\/)?[^/]+)/.exec(path)?.[1] ?? path;
  return GROUPS[room] ?? room.replace(/\.ts$/, '').replace(/^review\/.*/, 'review');
}

type Edges = ReadonlyMap<string, ReadonlySet<string>>;

/** Which box imports which, types included, as the sources say it. */
function readEdges(): Edges {
  const edges = new Map<string, Set<string>>();
  const paths = ['lib', 'functions'].flatMap(filesBelow).filter(path => path.endsWith('.ts'));
  const known = new Set(paths);
  for (const { from, to } of paths.flatMap(path => sourceOf(path).imports)) {
    const [user, used] = [findBox(from), findBox(to)];
    if (!edges.has(user)) edges.set(user, new Set());
    if (known.has(to) && user !== used) edges.get(user)?.add(used);
  }
  return edges;
}

/** How many boxes stand below one another under this one, at most. */
function findLevel(box: string, edges: Edges, levels: Map<string, number>): number {
  const found = levels.get(box);
  if (found !== undefined) return found;
  const below = [...(edges.get(box) ?? [])].map(each => findLevel(each, edges, levels));
  const level = Math.max(-1, ...below) + 1;
  levels.set(box, level);
  return level;
}

function reaches(from: string, to: string, edges: Edges): boolean {
  return [...(edges.get(from) ?? [])].some(each => each === to || reaches(each, to, edges));
}

/** The imports that no longer way says already. */
function reduce(edges: Edges): readonly (readonly [from: string, to: string])[] {
  return [...edges].flatMap(([from, to]) =>
    [...to]
      .filter(each => ![...to].some(other => other !== each && reaches(other, each, edges)))
      .map(each => [from, each] as const),
  );
}

/** What each answers, for who does not know the house; those that say it by their name have none. */
const QUESTIONS: { readonly [box: string]: string } = {
  token: 'who is asking?',
  policy: 'may they?',
  providers: 'make it',
  protocols: 'say it in their words',
  exchange: 'the order of the three',
  outcome: 'how it ended',
  serve: 'from a request to an answer',
  broker: 'puts the parts together',
  language: 'from text to a role',
  config: 'from files to a broker',
  stores: 'what we remember',
  keys: 'our own signature',
  switch: 'what is off',
  jobs: 'what CI jobs look like',
  audit: 'one event for each',
  review: 'is the policy right?',
  client: "the step's side",
  local: "the laptop's broker",
  doctor: 'is a deployment well?',
  estate: 'what else is trusted?',
};

const WIDTH = 1040;
const [BOX_WIDTH, BOX_HEIGHT, ROW] = [172, 42, 78];

type Spot = { readonly x: number; readonly y: number };

/** Where its users stand, on average: boxes below stand near to what stands on them. */
function findPull(box: string, edges: Edges, spots: ReadonlyMap<string, Spot>): number {
  const users = [...spots].filter(([user]) => edges.get(user)?.has(box)).map(([, { x }]) => x);
  return users.length === 0 ? WIDTH / 2 : users.reduce((sum, x) => sum + x, 0) / users.length;
}

/** A row for each level, the highest at the top. */
function placeBoxes(edges: Edges): ReadonlyMap<string, Spot> {
  const levels = new Map<string, number>();
  for (const box of [...edges.keys()].sort()) findLevel(box, edges, levels);
  const highest = Math.max(...levels.values());
  const spots = new Map<string, Spot>();
  for (let level = highest; level >= 0; level--) {
    const row = [...levels].filter(([, each]) => each === level).map(([box]) => box);
    const pulls = new Map(row.map(box => [box, findPull(box, edges, spots)]));
    row.sort((a, b) => (pulls.get(a) ?? 0) - (pulls.get(b) ?? 0));
    for (const [index, box] of row.entries())
      spots.set(box, { x: (WIDTH * (index + 1)) / (row.length + 1), y: 34 + (highest - level) * ROW });
  }
  return spots;
}

function drawEdge(from: Spot, to: Spot): string {
  const [top, bottom] = [from.y + BOX_HEIGHT / 2, to.y - BOX_HEIGHT / 2];
  const middle = (top + bottom) / 2;
  return `<path d="M${from.x.toFixed(0)} ${top}C${from.x.toFixed(0)} ${middle} ${to.x.toFixed(0)} ${middle} ${to.x.toFixed(0)} ${bottom}"/>`;
}

function drawBox(box: string, { x, y }: Spot): string {
  const left = (x - BOX_WIDTH / 2).toFixed(0);
  const rect = `<rect x="${left}" y="${y - BOX_HEIGHT / 2}" width="${BOX_WIDTH}" height="${BOX_HEIGHT}" rx="6"/>`;
  const question = QUESTIONS[box];
  const at = (line: number): string => `x="${x.toFixed(0)}" y="${y + line}"`;
  if (question === undefined) return `${rect}<text ${at(5)}>${box}</text>`;
  return `${rect}<text ${at(-3)}>${box}</text><text class="q" ${at(13)}>${question}</text>`;
}

const STYLE =
  'svg{color-scheme:light dark}rect{fill:light-dark(#fff,#1b1f24);stroke:light-dark(#57606a,#8b949e)}path{fill:none;stroke:light-dark(#8c959f,#6e7681);stroke-width:1.2}text{font:13px system-ui,sans-serif;text-anchor:middle;fill:light-dark(#1f2328,#e6edf3)}.q{font-size:11px;fill:light-dark(#57606a,#9198a1)}';

/** The house as a picture: who imports whom, drawn from the imports themselves. */
export function drawHouse(): string {
  const edges = readEdges();
  const spots = placeBoxes(edges);
  const height = Math.max(...[...spots.values()].map(({ y }) => y)) + 30;
  const find = (box: string): Spot => spots.get(box) ?? { x: 0, y: 0 };
  const lines = reduce(edges).map(([from, to]) => drawEdge(find(from), find(to)));
  const boxes = [...spots].map(([box, spot]) => drawBox(box, spot));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Who imports whom: each room stands above the rooms that it imports"><style>${STYLE}</style>\n${[...lines, ...boxes].join('\n')}\n</svg>\n`;
}
