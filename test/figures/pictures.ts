import { PUBLISHED_AFTER, PUBLISHED_BEFORE, SIGNS_FOR } from '../../lib/keys/rotate.ts';
import { resourcesFor, statementsOf } from '../harness/deploy.ts';
import { ISSUERS, rowsFrom } from '../harness/policy.ts';
import { drawArrow, drawBox, drawFigure, drawText } from './draw.ts';
import { drawReport } from './report.ts';

/** What goes to and fro in one exchange. */
function drawExchange(): string {
  const lanes = [
    { x: 110, name: 'A CI job', says: 'has an OIDC token' },
    { x: 400, name: 'kite-sts', says: 'holds the policies' },
    { x: 690, name: 'The target', says: 'AWS, Google, Azure, …' },
  ];
  const step = (y: number, from: number, to: number, text: string): string =>
    `${drawArrow([from, y], [to, y])}${drawText((from + to) / 2, y - 8, text, 's')}`;
  const within = (y: number, name: string, says: string): string =>
    drawBox({ x: 400, y, width: 236, height: 46 }, [name, says], 'k');
  return drawFigure(
    800,
    500,
    'An exchange: the job hands in its OIDC token and the name of a role; kite-sts verifies the token, decides by the role’s trust policy, asks the target for a session, writes one audit event and answers with credentials that live for minutes, or with the claims that stood in the way',
    [
      ...lanes.map(({ x }) => `<path class="d" d="M${x} 70V490"/>`),
      ...lanes.map(({ x, name, says }, index) =>
        drawBox({ x, y: 42, width: 180, height: 52 }, [name, says], index === 1 ? 'k' : ''),
      ),
      step(112, 110, 400, '1  subject token + name of a role'),
      within(150, 'Authenticate: who is asking?', 'issuer, key, signature, times'),
      within(216, 'Decide: may they?', 'claims against the trust policy'),
      `${drawArrow([282, 216], [110, 216])}${drawText(196, 204, 'no: claims, contact', 's')}`,
      within(282, 'Issue: make it', 'one provider for each kind'),
      step(334, 400, 690, '2  a session, with tags and policy'),
      step(368, 690, 400, '3  keys for minutes'),
      within(412, 'Audit', 'one event, or nothing is given'),
      step(470, 400, 110, '4  credentials'),
    ],
  );
}

/** Who believes whom, and by what. */
function drawTrust(): string {
  const at = (x: number, name: string, ...lines: string[]): string =>
    drawBox({ x, y: 80, width: 190, height: 96 }, [name, ...lines], x === 450 ? 'k' : '');
  return drawFigure(
    900,
    260,
    'Who trusts whom: the broker trusts the issuer by its URL and keys and the roles say which claims; the target account trusts the role of the broker, with the ExternalId kite-sts:<role>, and reads session tags that come from the token',
    [
      at(110, 'The issuer', 'Buildkite, GitHub, …', 'signs what it knows', 'of a job'),
      at(450, 'The broker', 'broker.yml: whose keys', 'roles/*.yml: which claims', 'doubt opens nothing'),
      at(
        790,
        'The target account',
        'role with a trust policy',
        'its own rights are the limit',
        'a session gets at most those',
      ),
      drawArrow([355, 80], [205, 80]),
      drawText(280, 70, 'trusts', 's'),
      drawArrow([695, 80], [545, 80]),
      drawText(620, 70, 'trusts', 's'),
      drawText(280, 160, 'by URL and key, byte for byte;', 's'),
      drawText(280, 178, 'the token is for this broker alone', 's'),
      drawText(620, 160, 'by Principal: the role of the function,', 's'),
      drawText(620, 178, 'and sts:ExternalId: kite-sts:<role>', 's'),
      drawText(620, 196, 'sts:TagSession: tags from claims', 's'),
      drawText(
        450,
        240,
        'Nobody here holds a key of another: what passes is signed, short-lived, and for one receiver.',
        's',
      ),
    ],
  );
}

type Use = { readonly from: string; readonly to: string; readonly writes: boolean };

/** What each function may do with each table and key, by the rights of its role in the template. */
function listUses(): readonly Use[] {
  const resources = resourcesFor({
    ground: { rows: rowsFrom(ISSUERS) },
    options: { signing: 'sealed' },
    also: ['single_use: true\njwt: { audience: https://api.acme.example }'],
  });
  const kept = (id: string): boolean =>
    ['AWS::DynamoDB::Table', 'AWS::KMS::Key'].includes(resources[id]?.Type ?? '');
  const uses = [...statementsOf(resources)].flatMap(([key, { Action, Resource }]) => {
    const from = /^(\w+)Rights /.exec(key)?.[1];
    const found = JSON.stringify(Resource ?? '').matchAll(/"Fn::GetAtt":\["(\w+)"/g);
    const writes = Action.some(each => !/:(Get|Scan|Query|Describe|Decrypt)/.test(each));
    return from === undefined
      ? []
      : [...found].flatMap(([, to = '']) => (kept(to) ? [{ from, to, writes }] : []));
  });
  const signs = { from: 'Exchange', to: 'FirstSigningKey', writes: true };
  return [...uses, ...(resources['SignWithFirstKey'] ? [signs] : [])];
}

/** A name of the template as words. */
function spell(id: string): string {
  const words = id.replace(/([a-z])(?=[A-Z])/g, '$1 ').toLowerCase();
  return words[0]?.toUpperCase() + words.slice(1);
}

/** The functions of a deployment at the left, what is kept at the right: solid where one may write or sign. */
function drawDeployment(): string {
  const uses = listUses();
  const [functions, kept] = [
    [...new Set(uses.map(({ from }) => from))],
    [...new Set(uses.map(({ to }) => to))].sort(),
  ];
  const ROW = 58;
  const height = kept.length * ROW + 60;
  const placeFunction = (id: string): number =>
    40 + (functions.indexOf(id) + 0.5) * ((height - 60) / functions.length);
  const placeKept = (id: string): number => 40 + (kept.indexOf(id) + 0.5) * ROW;
  const told: { readonly [id: string]: string } = {
    Exchange: 'answers the doors',
    Discovery: 'answers JWKS and pages',
    Refresher: 'fetches issuers’ keys',
    Rotation: 'makes the key of a day',
  };
  const strongest = new Map<string, Use>();
  for (const use of uses) {
    const key = `${use.from} ${use.to}`;
    if (use.writes || !strongest.has(key)) strongest.set(key, use);
  }
  return drawFigure(
    860,
    height,
    `What a deployment makes: the functions ${functions.join(', ')}; the tables and keys ${kept.join(', ')}; a solid line where a function may write or sign, a dashed one where it may only read`,
    [
      drawText(310, 24, 'Functions, behind one HTTP API', 's'),
      drawText(720, 24, 'Tables and keys', 's'),
      drawBox({ x: 75, y: height / 2, width: 120, height: 52 }, ['HTTP API', 'or a URL']),
      ...functions.slice(0, 2).map(id => drawArrow([135, height / 2], [220, placeFunction(id)])),
      ...[...strongest.values()].map(({ from, to, writes }) =>
        drawArrow([400, placeFunction(from)], [620, placeKept(to)], writes ? '' : 'd'),
      ),
      ...functions.map(id =>
        drawBox({ x: 310, y: placeFunction(id), width: 180, height: 52 }, [spell(id), told[id] ?? ''], 'k'),
      ),
      ...kept.map(id => drawBox({ x: 720, y: placeKept(id), width: 200, height: 40 }, [spell(id)])),
      drawText(430, height - 8, 'solid: may write, sign or make · dashed: may read or open', 's'),
    ],
  );
}

/** The days of a sealed signing key, from the constants by which it is made. */
function drawKeyLife(): string {
  const DAY = 24 * 60 * 60;
  const days = [PUBLISHED_BEFORE, DAY, SIGNS_FOR - DAY, PUBLISHED_AFTER].map(each => each / DAY);
  const total = days.reduce((sum, each) => sum + each, 0);
  const says = [
    ['Published', 'verifiers learn of it'],
    ['Signs', 'the key of the day'],
    ['May sign', 'if no newer one is there'],
    ['Published', 'last tokens end'],
  ];
  const [left, width] = [30, 800];
  const place = (day: number): number => left + (day * width) / total;
  const starts = days.map((_, index) => days.slice(0, index).reduce((sum, each) => sum + each, 0));
  return drawFigure(
    860,
    170,
    `The life of a signing key: published ${days[0]} days before it signs, signs for ${days[1]} day, may stand in for ${days[2]} days more, and stays published for ${days[3]} day after that`,
    [
      ...says.map((lines, index) => {
        const [from, to] = [place(starts[index] ?? 0), place((starts[index] ?? 0) + (days[index] ?? 0))];
        return drawBox(
          { x: (from + to) / 2, y: 60, width: to - from - 6, height: 64 },
          lines,
          index === 1 ? 'k' : '',
        );
      }),
      ...Array.from({ length: total + 1 }, (_, day) =>
        drawText(place(day), 116, day === 0 ? 'made' : `day ${day}`, 's'),
      ),
      drawText(430, 150, 'Never a moment when a verifier meets a key that it could not have known.', 's'),
    ],
  );
}

/** The order of a decision, and what doubt does at each question. */
function drawDecision(): string {
  const rows = [
    { asks: 'Is the audience the role’s?', ends: 'no', code: 'audience_not_of_role' },
    { asks: 'Does a deny statement strike?', ends: 'true, or in doubt', code: 'explicitly_denied' },
    { asks: 'Does a trust statement hold?', ends: 'all false, or in doubt', code: 'trust_not_met' },
    { asks: 'Is what is asked within the role?', ends: 'no', code: 'scope_beyond_grant, …' },
    { asks: 'Can its templates be filled in?', ends: 'no', code: 'claim_not_usable' },
    { asks: 'Has all been told of the job?', ends: 'in doubt: try again', code: 'job_not_seen' },
    { asks: 'Does it run, is it approved?', ends: 'no', code: 'approval_missing, …' },
  ];
  const place = (index: number): number => 40 + index * 76;
  const end = place(rows.length);
  return drawFigure(
    820,
    end + 40,
    `A decision: ${rows.map(({ asks, ends, code }) => `${asks} If ${ends}: ${code}.`).join(' ')} Otherwise it is allowed.`,
    [
      ...rows.flatMap(({ asks, ends, code }, index) => [
        drawArrow([190, place(index) + 25], [190, place(index + 1) - 25]),
        drawArrow([340, place(index)], [560, place(index)]),
        drawBox({ x: 190, y: place(index), width: 300, height: 50 }, [asks]),
        drawBox({ x: 680, y: place(index), width: 240, height: 44 }, [code], 'n'),
        drawText(450, place(index) - 7, ends, 's'),
      ]),
      drawBox(
        { x: 190, y: end, width: 300, height: 50 },
        ['Allowed', 'the scopes of that one statement'],
        'k f',
      ),
    ],
  );
}

/** Each figure by its path. */
export const PICTURES: { readonly [path: string]: () => string } = {
  'docs/images/exchange.svg': drawExchange,
  'docs/images/trust.svg': drawTrust,
  'docs/images/deployment.svg': drawDeployment,
  'docs/images/key-life.svg': drawKeyLife,
  'docs/images/decision.svg': drawDecision,
  'docs/images/report.svg': drawReport,
};
