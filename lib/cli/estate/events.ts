import { readdir, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { UsedExchange } from '../../estate/usage/usage.ts';
import type { Claims } from '../../policy/claims.ts';
import { readInput } from '../input.ts';
import { listEvents, readEventObject, readEventText, readEventTexts } from '../recorded.ts';

/** Every file below a folder, or the file itself, in the order of their names: Firehose and trails write by year, month and day. */
export async function listEventFiles(path: string): Promise<string[]> {
  const isFolder =
    path !== '-' &&
    (await stat(path).then(
      each => each.isDirectory(),
      () => false,
    ));
  if (!isFolder) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath}/${entry.name}`)
    .sort();
}

/** The bytes of a file; what is compressed by gzip is opened. */
export async function readOpened(path: string): Promise<Buffer> {
  const bytes = await readInput(path);
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/**
 * The texts of events in what AWS exports: a line each (standard output, Firehose), behind a time and a stream (`aws logs
 * tail`, an export to S3), or as messages of JSON (`filter-log-events`, a subscription to Firehose).
 */
export function splitEvents(text: string): string {
  const trimmed = text.trimStart();
  if (/^\{\s*"(events|searchedLogStreams)"\s*:/.test(trimmed)) return listMessages(trimmed).join('\n');
  return text
    .split('\n')
    .flatMap(line => {
      const json = line.slice(Math.max(0, line.indexOf('{')));
      return json.includes('"logEvents"') ? listMessages(json) : [json];
    })
    .join('\n');
}

function listMessages(json: string): string[] {
  try {
    const { events, logEvents } = JSON.parse(json) as { readonly [list: string]: unknown };
    const list = (events ?? logEvents) as readonly { readonly message?: unknown }[] | undefined;
    return Array.isArray(list) ? list.map(({ message }) => String(message).trim()) : [];
  } catch {
    return [];
  }
}

/** The audit events of files and folders, each once: an event that was delivered again is there twice. */
export async function readEvents(paths: readonly string[]): Promise<Claims[]> {
  const files = (await Promise.all(paths.map(listEventFiles))).flat();
  const byId = new Map<string, Claims>();
  for (const file of files) {
    const text = splitEvents((await readOpened(file)).toString('utf8'));
    for (const event of listEvents(Buffer.from(text)))
      byId.set(readEventText(event, 'decision_id') ?? JSON.stringify(event), event);
  }
  return [...byId.values()];
}

/** Reads from an event what was used; undefined for what is none of an exchange that was decided. */
export function readUsed(event: Claims): UsedExchange | undefined {
  const claims = readEventObject(event, 'claims');
  const outcome = event['outcome'];
  if (event['event'] !== 'exchange' || !claims || (outcome !== 'issued' && outcome !== 'denied'))
    return undefined;
  const seconds = readEventObject(event, 'requested')?.['seconds'];
  return {
    role: readEventText(event, 'role') ?? '',
    statement: readEventText(event, 'statement'),
    issued: outcome === 'issued',
    time: Date.parse(readEventText(event, 'time') ?? '') / 1000,
    claims,
    scopes: readEventTexts(event, 'scopes') ?? [],
    seconds: typeof seconds === 'number' ? seconds : undefined,
    pipeline: readEventText(event, 'pipeline') ?? readEventText(event, 'subject') ?? '',
    branch: readEventText(event, 'branch') ?? '',
    session: readEventText(event, 'session'),
  };
}
