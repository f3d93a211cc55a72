import { accessSync, constants, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, extname, join } from 'node:path';
import process from 'node:process';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

const ROOT = join(import.meta.dirname, '../..');
/** What `npm --prefix docs/site run build` made. */
const SITE = join(ROOT, 'dist/docs');
const PICTURES = join(ROOT, 'coverage/site');

const TYPES: { readonly [extension: string]: string } = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The file of a path of the site, as hosts with clean URLs find it. */
function readPage(path: string): { readonly type: string; readonly body: Buffer } | undefined {
  for (const file of [path, `${path}.html`, join(path, 'index.html')])
    try {
      return { type: TYPES[extname(file)] ?? 'text/plain', body: readFileSync(join(SITE, file)) };
    } catch {
      // Another of the three.
    }
  return undefined;
}

/** Every page of the site, by its path. */
export function listPages(): string[] {
  return readdirSync(SITE, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.html') && file !== '404.html')
    .map(file => `/${file.replace(/(index)?\.html$/, '')}`)
    .sort();
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A Chromium of this machine, or else the one of the package. */
async function findChromium(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'google-chrome', 'chromium-browser'];
  const found = names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable);
  return found ?? (await chromium.executablePath());
}

async function launch(): Promise<Browser> {
  return playwright.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** The built site, served on this machine, and a browser beside it. */
export type Stage = {
  readonly url: string;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
};

export async function stage(): Promise<Stage> {
  const server = createServer(({ url = '/' }, response) => {
    const page = readPage(decodeURIComponent(new URL(url, 'http://site').pathname));
    response.writeHead(page ? 200 : 404, { 'content-type': page?.type ?? 'text/plain' }).end(page?.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const browser = await launch();
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  return { url: `http://127.0.0.1:${address.port}`, browser, close };
}

export type Look = { readonly colorScheme: 'light' | 'dark'; readonly width: number };

/** A page of the site as somebody opens it. */
export async function opened({ browser, url }: Stage, path: string, look: Look): Promise<Page> {
  const { colorScheme, width } = look;
  const page = await browser.newPage({
    colorScheme,
    viewport: { width, height: 960 },
    reducedMotion: 'reduce',
  });
  await page.goto(`${url}${path}`, { waitUntil: 'networkidle' });
  return page;
}

/** A picture for people to look at: coverage/site/NAME.png. */
export async function pictured(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}
