import { createHash } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { describeEvent } from './line.ts';

/** How many of the last decisions are shown. */
const MOST = 100;

const STYLE =
  ':root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:80rem;margin:0 auto;padding:1.5rem}li{font-family:ui-monospace,monospace;font-size:.8125rem;padding:.375rem 0;overflow-wrap:anywhere}ol{padding-left:1.5rem}a{color:light-dark(#2450a6,#93b7ff)}';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // No script and no request: what is new comes by loading the page again.
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** One decision, with a link to the console that opens it: the event is in the fragment, which is never sent. */
function writeDecision(line: string): string {
  const said = escapeMarkup(describeEvent(line));
  return line.startsWith('{"event":"exchange"')
    ? `<li>${said} <a href="/console#event=${Buffer.from(line).toString('base64url')}">why</a></li>`
    : `<li>${said}</li>`;
}

function writeDecisionsPage(lines: readonly string[], held: boolean): string {
  const turn = held
    ? '<a href="/console/decisions">Follow</a>: load this page again every three seconds'
    : '<a href="/console/decisions?hold">Hold</a>: stop loading this page again';
  const list =
    lines.length === 0 ? '<p>None yet.</p>' : `<ol reversed>${lines.map(writeDecision).join('')}</ol>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Decisions of this broker</title><style>${STYLE}</style></head><body><main><h1>Decisions of this broker</h1><p><a href="/console">Console</a> · ${turn}</p>${list}</main></body></html>\n`;
}

/** The last decisions of a broker on this machine, for people: the newest first, with a link to why. */
export type Decisions = {
  /** Keeps an audit line. */
  readonly note: (line: string) => void;
  /** Answers /console/decisions; undefined for any other request. */
  readonly answer: (request: HttpRequest) => HttpAnswer | undefined;
};

export function createDecisions(): Decisions {
  const lines: string[] = [];
  return {
    note(line) {
      lines.unshift(line);
      lines.splice(MOST);
    },
    answer({ method, path, query }) {
      if (path !== '/console/decisions' || method !== 'GET') return undefined;
      const held = query === 'hold';
      return {
        status: 200,
        headers: { ...HEADERS, ...(held ? {} : { refresh: '3' }) },
        body: writeDecisionsPage(lines, held),
      };
    },
  };
}
