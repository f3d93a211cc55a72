import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { type Config, loadConfig } from '../../lib/config/load.ts';
import { listJobKinds } from '../../lib/jobs/jobs.ts';
import { findClaim, findClaimType, readClaimPath } from '../../lib/policy/claims.ts';
import { decide } from '../../lib/policy/decide.ts';
import { findVocabularyTypes } from '../../lib/policy/issuer.ts';
import type { Role } from '../../lib/policy/role.ts';
import { runCases } from '../../lib/review/cases/trial.ts';
import type { IssuerRow } from '../../lib/token/issuer.ts';
import { readStrictObject } from '../../lib/token/json.ts';
import { PRESETS } from '../../lib/token/presets.ts';
import { createVerifier } from '../../lib/token/verify.ts';
import { casesFrom } from '../harness/cases.ts';
import { testIssuer } from '../harness/issuer.ts';
import { folderOf } from '../harness/local.ts';
import { type Block, blocks, code, DOCUMENTS, read, rowsOf, rowsUnder, tables } from '../harness/markdown.ts';

const INDEX = 'docs/issuers/README.md';
const PAGES = DOCUMENTS.filter(page => page.startsWith('docs/issuers/') && page !== INDEX);
const OUTLINE = ['In broker.yml', 'Get a token', 'What binds', 'A token', 'A role', 'Decisions', 'Traps'];
const JOBS = 'Kinds of jobs';
/** What says where a token is from and when, in every row. */
const ALWAYS = ['iss', 'sub', 'aud', 'jti', 'exp', 'nbf', 'iat'];

function only<T>(things: readonly T[], what: string): T {
  const [thing, ...more] = things;
  if (thing === undefined || more.length > 0) throw new Error(`${things.length} of ${what}, and not one`);
  return thing;
}

/** The block of this kind; those that are there to be refused bear a second word. */
function shown(page: string, word: string): Block {
  return only(
    blocks(read(page)).filter(({ words }) => words.length === 1 && words[0] === word),
    `${word} in ${page}`,
  );
}

function configOf(page: string): Config {
  const files = { 'broker.yml': shown(page, 'broker').text, 'roles/shown.yml': shown(page, 'role').text };
  const { config, complaints } = loadConfig(folderOf(files));
  if (!config) throw new Error(JSON.stringify(complaints, null, 2));
  return config;
}

type Page = {
  readonly config: Config;
  readonly role: Role;
  readonly row: IssuerRow;
  readonly payload: ReturnType<typeof readStrictObject>;
};

/** A page as the loader and the strict reader of tokens have it. */
function pageOf(page: string): Page {
  const config = configOf(page);
  const payload = readStrictObject(new TextEncoder().encode(shown(page, 'payload').text));
  const row = config.rows.get(String(payload['iss']));
  if (!row) throw new Error(`${page}: broker.yml has no row for the sample token`);
  return { config, payload, row, role: only(config.roles, `roles in ${page}`) };
}

const issuer = await testIssuer();

test('the index has a page for each preset, and names each page with its preset', () => {
  const named = rowsOf(INDEX, 'issuer').map(([link = '', preset]) => [
    `docs/issuers/${/\((.*)\)/.exec(link)?.[1]}`,
    code(preset) || undefined,
  ]);
  const known = PAGES.map(page => [page, pageOf(page).row.preset]);
  expect(named.sort()).toEqual(known.sort());
  expect(known.flatMap(([, preset]) => preset ?? []).sort()).toEqual(Object.keys(PRESETS).sort());
});

describe.each(PAGES)('%s', path => {
  const { config, role, row, payload } = pageOf(path);
  const cases = casesFrom(shown(path, 'cases').text, { role, issuers: config.rows });
  const bound = rowsUnder(path, 'What binds', 'claim').map(([claim, , binds]) => [code(claim), binds]);

  test('has the outline of all issuer pages', () => {
    const headings = [...read(path).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings.filter(heading => heading !== JOBS)).toEqual(OUTLINE);
    expect(tables(read(path)).filter(({ heading }) => heading === 'What binds')).toHaveLength(1);
  });

  test('lists the kinds of jobs, who can cause each, and how', () => {
    const kinds = listJobKinds(row.preset);
    const listed = kinds.length === 0 ? [] : rowsUnder(path, JOBS, 'kind');
    expect(listed).toEqual(
      kinds.map(({ name, says, danger, how }) => [`\`${name}\``, says, danger ?? '', how]),
    );
  });

  test('shows jobs that are YAML', () => {
    const jobs = blocks(read(path)).filter(({ words }) => words.includes('job'));
    const yaml = jobs.filter(({ language }) => language === 'yaml');
    expect(yaml.flatMap(({ text }) => parseDocument(text).errors)).toEqual([]);
  });

  test('shows a token with the claims that its row knows, and of their types', () => {
    const { vocabulary } = row;
    const strange = Object.entries(payload).filter(
      ([name, value]) =>
        !ALWAYS.includes(name) &&
        !(vocabulary && findVocabularyTypes(vocabulary, name))?.includes(findClaimType(value)),
    );
    expect(strange).toEqual([]);
  });

  test('T17, T19: the token that it shows is verified, and gets the role that it shows', async () => {
    const keys = new Map([[row.issuer, issuer.keys]]);
    const verify = createVerifier({ rows: config.rows, keys, audiences: new Set([config.audience]) });
    const now = Number(payload['iat']);
    const token = await verify(await issuer.sign(payload), now);
    const access = { role: role.name, scopes: undefined, seconds: undefined, kinds: undefined };
    const decision = decide(role, token, access, { now, sourceAddress: undefined });
    expect(decision).toMatchObject({ allowed: true, statement: role.trust[0]?.id });
  });

  test('T31: says of exactly the claims that are demanded that they bind the tenant', () => {
    const tenant = bound.filter(([, binds]) => binds === 'the tenant').map(([claim]) => claim);
    expect(tenant).toEqual(row.binding.flatMap(({ anyOf }) => anyOf));
  });

  test('names claims that such a token can have', () => {
    const unknown = bound.filter(([claim = '']) => {
      if (!claim.startsWith('/')) return !(row.vocabulary && findVocabularyTypes(row.vocabulary, claim));
      return findClaim(payload, readClaimPath(claim) ?? '') === undefined;
    });
    expect(unknown).toEqual([]);
  });

  test('T41: has a case that is allowed and at least three that are denied', () => {
    const allowed = cases.filter(({ expected }) => 'allow' in expected);
    expect(allowed.length).toBeGreaterThanOrEqual(1);
    expect(cases.length - allowed.length).toBeGreaterThanOrEqual(3);
  });

  test('begins its cases with claims of the token that it shows', () => {
    expect(payload).toMatchObject({ ...cases[0]?.claims });
  });

  test.each(runCases(role, config.rows, cases))('$case.name', ({ differences }) => {
    expect(differences).toEqual([]);
  });
});
