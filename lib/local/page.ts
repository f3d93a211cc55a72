import { existsSync, readFileSync } from 'node:fs';
import { type ConsoleData, readConsoleData } from '../config/console.ts';
import { writeComplaint } from '../language/complaint.ts';
import type { HttpAnswer, HttpRequest } from '../protocols/protocol.ts';
import { answerPlain } from './server.ts';

/** A package has the page from when it was packed; a clone makes it now, from its source. */
async function readTemplate(): Promise<string> {
  const packed = new URL('../../console/index.html', import.meta.url);
  return existsSync(packed)
    ? readFileSync(packed, 'utf8')
    : (await import('../../infra/build.ts')).buildConsolePage();
}

const PLACE = '<script type="application/json" id="configuration"></script>';

/** The console as one HTML file that needs nothing else: the engine, and this configuration as data beside it. */
export async function renderPage(data: ConsoleData): Promise<string> {
  // A text of the configuration must not end its script element (HTML §13.2.5.15: only a `<` could).
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return (await readTemplate()).replace(PLACE, () => PLACE.replace('><', () => `>${json}<`));
}

const POLICY = /http-equiv="Content-Security-Policy" content="([^"]+)"/;

/** Answers /console: the page of the folder as it is now, or what is wrong with the folder. */
export async function answerConsole(request: HttpRequest, folder: string): Promise<HttpAnswer | undefined> {
  if (request.path !== '/console') return undefined;
  if (request.method !== 'GET') return answerPlain(405, 'The console is a page: GET it.', { allow: 'GET' });
  const { data, complaints } = readConsoleData(folder);
  if (!data) return answerPlain(500, complaints.map(writeComplaint).join('\n'));
  // A file has no broker whose decisions it could list.
  const body = (await renderPage(data)).replace(
    '<!-- served -->',
    '<a href="/console/decisions">Decisions as they happen</a>',
  );
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // A page may not say itself who frames it (CSP3 §6.4.2).
      'content-security-policy': `${POLICY.exec(body)?.[1]}; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body,
  };
}
