import process from 'node:process';
import { compareRoles } from '../../lib/review/compare/change.ts';
import type { PolicySet } from '../../lib/review/compare/policy.ts';
import { findRefutations } from '../../lib/review/compare/prove.ts';
import { BUILDKITE, ISSUERS, NOW, roleFrom, rowsFrom, settingOf } from '../harness/policy.ts';

const ROWS = rowsFrom(ISSUERS);
const SETTING = settingOf(ROWS);
const ASKED = { findSample: () => ({}), from: NOW };

type Claims = (index: number) => string;

/** More of such statements in one role are refused at load. */
const WILD = 5;

function role(name: string, statements: number, claims: Claims) {
  return {
    ...roleFrom(
      `trust:\n${Array.from({ length: statements }, (_, at) => `  - { iss: ${BUILDKITE}, claims: { organization_slug: acme, ${claims(at)} } }\n`).join('')}deny: [{ iss: ${BUILDKITE}, queue_key: untrusted }]\njwt: { audience: https://api.test.example }\n`,
      SETTING,
    ),
    name,
  };
}

function policy(roles: number, statements: number, claims: (role: number) => Claims): PolicySet {
  return {
    rows: ROWS,
    roles: Array.from({ length: roles }, (_, at) => role(`role-${at}`, statements, claims(at))),
  };
}

/** A thousand roles of ten statements, of which every one changes. */
function usual(turned: number) {
  return (of: number) => (at: number) =>
    `pipeline_slug: { in: [p${of}, q${at}] }, build_tag: null, build_branch: ${(at + turned) % 2 ? `{ matches: ["release-${at}*", "v${of % 7}.*"] }` : 'main'}`;
}

/** Near the worst that load admits, by what its patterns search: statements of two patterns of eight wildcards each. */
function wild(shift: number) {
  return () => (at: number) =>
    `build_branch: { matches: "*a${at % 7}*b${at % 5}*c${at % 3}*d${at + shift}*e*f*g*h" }, pipeline_slug: { matches: "y*a${at % 7}*b${at % 5}*c${at % 3}*d${at + shift}*e*f*gx" }, build_source: { not_in: [ui${shift ? '' : ', api'}] }`;
}

const ONLY_ACME = {
  id: 'acme-only',
  says: '',
  roles: ['*'],
  registries: [],
  speaksOfAll: false,
  never: role('never', 1, () => 'build_branch: main').trust.map(statement => ({
    ...statement,
    effect: 'deny' as const,
    conditions: statement.conditions.map(each => ({ ...each, operator: 'not_equals' as const })),
  })),
};

type Measured = { readonly name: string; readonly seconds: number; readonly most: number };

function timed(name: string, most: number, work: () => unknown): Measured {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return { name, most, seconds: (user + system) / 1e6 };
}

/** Megabytes that the process may have taken when all is compared. */
const MOST_MEMORY = 500;

/** Measures `diff` and `prove` at their worst; false when an aim is missed. */
export function comparePolicies(): boolean {
  const [before, after] = [policy(1000, 10, usual(0)), policy(1000, 10, usual(1))];
  const [worst, worse] = [policy(1, WILD, wild(0)), policy(1, WILD, wild(1))];
  const measured = [
    timed('diff: 1,000 roles of 10 statements, all changed', 10, () => compareRoles(before, after, ASKED)),
    timed('prove: a sentence of the same', 10, () =>
      after.roles.flatMap(each => findRefutations(ONLY_ACME, each, after, ASKED)),
    ),
    timed(`diff: ${WILD} statements of 15 wildcards, all changed`, 5, () =>
      compareRoles(worst, worse, ASKED),
    ),
  ];
  const memory = Math.round(process.memoryUsage.rss() / 1e6);
  for (const { name, seconds, most } of measured)
    console.log(
      `${name.padEnd(50)}${seconds.toFixed(2).padStart(6)} s  ${seconds <= most ? 'met' : 'MISSED'}: at most ${most} s`,
    );
  console.log(
    `${'memory after all of it'.padEnd(50)}${String(memory).padStart(6)} MB ${memory <= MOST_MEMORY ? 'met' : 'MISSED'}: at most ${MOST_MEMORY} MB`,
  );
  return measured.every(({ seconds, most }) => seconds <= most) && memory <= MOST_MEMORY;
}
