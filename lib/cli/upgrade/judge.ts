import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import type { Judgement } from '../judge/request.ts';
import { EXIT, Failure } from '../verb.ts';
import { compareJudgements, type VersionComparison, type VersionJudgement } from './compare.ts';
import { runProgram } from './run.ts';

/** A kite-sts that is installed, and the policy that it is to judge. */
export type Judge = { readonly version: string; readonly home: string };

/** Where the policy is, and where there is room for requests. */
export type Hearing = { readonly folder: string; readonly config: string; readonly aside: string };

async function runJudgeVerb(judge: Judge, words: readonly string[], hearing: Hearing) {
  const command = join(judge.home, 'bin/kite-sts.js');
  return runProgram(process.execPath, [command, ...words, '--config', hearing.config], hearing.folder);
}

async function readLines(judge: Judge, words: readonly string[], hearing: Hearing): Promise<string[]> {
  const { exits, out, error } = await runJudgeVerb(judge, words, hearing);
  if (exits !== EXIT.done)
    throw new Failure(`kite-sts ${judge.version} could not judge the policy:\n${error.trimEnd()}\n`);
  return out.toString('utf8').split('\n').filter(Boolean);
}

type Head = Omit<VersionJudgement, 'decisions'>;

/** Has both judge the policy, and both decide what either proposes. Throws `Failure` where one cannot. */
export async function compareJudges(
  before: Judge,
  after: Judge,
  hearing: Hearing,
): Promise<VersionComparison> {
  const ofBefore = await readLines(before, ['judge'], hearing);
  const ofAfter = await readLines(after, ['judge'], hearing);
  const requests = [...new Set([...ofBefore.slice(1), ...ofAfter.slice(1)])];
  const file = join(hearing.aside, 'requests.jsonl');
  await writeFile(file, requests.map(request => `${request}\n`).join(''));
  const judged = async (judge: Judge, [head = '']: readonly string[]): Promise<VersionJudgement> => {
    const decisions = await readLines(judge, ['judge', '--requests', file], hearing);
    const { version, engine, policies } = JSON.parse(head) as Head;
    if (version !== judge.version)
      throw new Failure(
        `node_modules has kite-sts ${version} in the place of ${judge.version}. Run npm ci first.\n`,
      );
    return { version, engine, policies, decisions: decisions.map(line => JSON.parse(line) as Judgement) };
  };
  return compareJudgements(await judged(before, ofBefore), await judged(after, ofAfter), requests);
}

/** One sentence of invariants.yml by both. */
export type ProofPair = { readonly id: string; readonly before: string; readonly after: string };

type Proof = { readonly id: string; readonly verdict: string };

async function listProofs(judge: Judge, hearing: Hearing): Promise<readonly Proof[]> {
  const { out, error } = await runJudgeVerb(judge, ['prove', '--json'], hearing);
  if (out.length === 0)
    throw new Failure(`kite-sts ${judge.version} could not prove the sentences:\n${error.trimEnd()}\n`);
  return JSON.parse(out.toString('utf8')) as Proof[];
}

/** Has both prove the sentences, if there are any. Throws `Failure` where one cannot read them. */
export async function proveByBoth(
  before: Judge,
  after: Judge,
  hearing: Hearing,
): Promise<readonly ProofPair[]> {
  if (!existsSync(resolve(hearing.folder, hearing.config, 'invariants.yml'))) return [];
  const old = new Map((await listProofs(before, hearing)).map(({ id, verdict }) => [id, verdict]));
  const now = await listProofs(after, hearing);
  return now.map(({ id, verdict }) => ({ id, before: old.get(id) ?? 'not read', after: verdict }));
}

/** The words of a verb of the other version, and whether it found nothing. */
export type Check = { readonly verb: 'lint' | 'test'; readonly clean: boolean; readonly says: string };

export async function runCheck(verb: Check['verb'], judge: Judge, hearing: Hearing): Promise<Check> {
  const { exits, out, error } = await runJudgeVerb(judge, [verb], hearing);
  return { verb, clean: exits === EXIT.done, says: `${out.toString('utf8')}${error}` };
}
