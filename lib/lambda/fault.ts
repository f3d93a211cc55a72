import type { LogLevel } from '../config/settings.ts';
import type { BrokerError, Code } from '../errors.ts';
import type { EventRefusal } from '../events/event.ts';
import type { ClockFinding } from '../token/clock.ts';

/** Writes a line of standard error, which the log keeps. Never what was sent or answered: names and our own words. */
function writeErrorLine(line: object): void {
  return void process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** Writes the filter of CloudWatch Logs over lines that tell of this fault. */
export function writeFaultPattern(code: Code): string {
  return `{ $.fault = "${code}" }`;
}

/** Writes the filter of CloudWatch Logs over lines about keys that begin in one of these ways. */
export function writeKeysPattern(...starts: readonly string[]): string {
  return `{ ${starts.map(start => `($.what = "${start}*")`).join(' || ')} }`;
}

/** Reports a fault of ours, with the id of its decision; at `debug`, where its cause was thrown. */
export function reportFault(error: BrokerError, decisionId: string, level: LogLevel): void {
  const { code, detail, cause } = error;
  writeErrorLine({
    fault: code,
    decisionId,
    detail,
    ...(level === 'debug' && cause instanceof Error ? { stack: cause.stack } : {}),
  });
}

/** Reports something about the keys of an issuer, or about our own sealed ones, where no issuer is named. */
export function reportKeys(issuer: string | undefined, what: string): void {
  writeErrorLine({ issuer, what });
}

/** Reports that our clock, or that of an issuer, is not as the others say. */
export function reportClock(finding: ClockFinding): void {
  writeErrorLine(finding);
}

/** The filter of CloudWatch Logs over lines about events that are not believed. */
export const EVENT_REFUSED_PATTERN = '{ $.event_refused = "*" }';

/** An event is not believed, and why. Nothing of what it said. */
export function reportEvent(why: EventRefusal): void {
  writeErrorLine({ event_refused: why });
}

/** Reports something that was thrown although nothing should be, or a function that ran out of time. */
export function reportEnd(error: unknown): void {
  writeErrorLine({
    fault: 'internal_error',
    detail: error instanceof Error ? `${error.name}: ${error.message}` : 'no error',
  });
}
