import type { Block } from './markdown.ts';

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** `…` stands for anything on its line; a line of `…` alone for any lines. */
function pattern(text: string): RegExp {
  return new RegExp(
    `^${text
      .trim()
      .split('\n')
      .map(line => (line.trim() === '…' ? '[\\s\\S]*?' : escaped(line).replaceAll('…', '[^\\n]*')))
      .join('\\n')}$`,
  );
}

function jsonMatches(expected: unknown, actual: unknown): boolean {
  if (expected === '…') return actual === null || typeof actual !== 'object';
  if (typeof expected === 'string') return typeof actual === 'string' && pattern(expected).test(actual);
  if (expected === null || typeof expected !== 'object') return expected === actual;
  if (actual === null || typeof actual !== 'object') return false;
  const names = Object.keys(expected);
  return (
    JSON.stringify(names) === JSON.stringify(Object.keys(actual)) &&
    names.every(name => jsonMatches(expected[name as never], actual[name as never]))
  );
}

/** A number that differs from run to run, as seconds that are left, stands as `…` without quotes. */
function parseExpected(text: string): unknown {
  return JSON.parse(text.replace(/: …(?=,?\n)/g, ': "…"'));
}

/** Is the output what the page shows? JSON by its members and their order, whatever its white space. */
export function outputMatches({ language }: Block, expected: string, actual: string): boolean {
  return language === 'json'
    ? jsonMatches(parseExpected(expected), JSON.parse(actual))
    : pattern(expected).test(actual.trim());
}
