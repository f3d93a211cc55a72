import { readFile, writeFile } from 'node:fs/promises';
import type { Config } from '../../config/load.ts';
import { decide } from '../../policy/decide.ts';
import { meetsGuard } from '../../policy/guard.ts';
import { findRequestFlag } from '../../policy/issuer.ts';
import { assumeVerified } from '../../review/assume.ts';
import { findPins, type Pins, writePins } from '../../review/author/pin.ts';
import { summarizeDecision } from '../../review/explain/explain.ts';
import type { IssuerRow } from '../../token/issuer.ts';
import { findConfiguredRole, openConfig, readCommandSettings } from '../configuration.ts';
import { readInput } from '../input.ts';
import { listExchanges, readDecidedRequest, readEventObject } from '../recorded.ts';
import { type RoleRequest, readRoleRequest } from '../request.ts';
import {
  CONFIG_OPTION,
  EXIT,
  Failure,
  type Flags,
  printJson,
  printResult,
  readFlag,
  UsageError,
  type Verb,
} from '../verb.ts';

type ShownJob = Omit<RoleRequest, 'recorded'>;

/** The newest exchange of this role in an audit log that was allowed. */
async function findAuditedJob(file: string, name: string, config: Config): Promise<ShownJob> {
  const events = listExchanges(await readInput(file));
  const event = events.findLast(each => each['role'] === name && each['outcome'] === 'issued');
  const claims = event && readEventObject(event, 'claims');
  if (!claims) throw new Failure(`${file} has no audit event of an exchange that was given ${name}.\n`);
  return { role: findConfiguredRole(name, config), claims, ...readDecidedRequest(event) };
}

function readShownJob(flags: Flags, config: Config): Promise<ShownJob> {
  const [token, audit] = [readFlag(flags, 'token-file'), readFlag(flags, 'audit')];
  const name = readFlag(flags, 'ROLE') ?? '';
  if ((token === undefined) === (audit === undefined))
    throw new UsageError('Give one of --token-file FILE and --audit FILE.');
  if (audit !== undefined) return findAuditedJob(audit, name, config);
  return readRoleRequest({ role: name, 'token-file': token }, config);
}

type PinProposal = Pins & { readonly index: number; readonly row: IssuerRow };

/** Ids of a job that has not the role are ids of something else. */
function proposePins(shown: ShownJob, config: Config): PinProposal | string {
  const { role, claims, access, context } = shown;
  const token = assumeVerified(claims, role);
  const row = config.rows.get(token.issuer);
  const decision = decide(role, token, access, context);
  if (!row || !meetsGuard(row, token.claims))
    return `DENIED: ${role.name}: the guard of its issuer's row is not met.`;
  const index = role.trust.findIndex(({ id }) => id === decision.statement);
  const statement = role.trust[index];
  if (!decision.allowed || !statement) return summarizeDecision(role, decision);
  return { ...findPins(statement, row, claims), index, row };
}

function listPinNotes(proposal: PinProposal): string[] {
  const { absent, several, pins, row } = proposal;
  const asks = (ids: readonly { id: string }[]): string =>
    ids.flatMap(({ id }) => findRequestFlag(id, row) ?? []).join(' ');
  const [wanted, needed] = [asks(absent), asks(pins)];
  return [
    ...several.map(
      ({ name, id }) =>
        `${name} names several things, and this token knows one of them: write ${id} by hand.`,
    ),
    ...absent.map(({ name, id }) => `${name} is not pinned: the token has no ${id} of a usable form.`),
    ...(wanted === '' ? [] : [`Mint the token with ${wanted}, and pin again.`]),
    ...(needed === '' ? [] : [`From now on the step needs ${needed} when it asks for its token.`]),
  ];
}

function writePinLines(proposal: PinProposal, path: string): string {
  const { pins, absent, several } = proposal;
  const isIdle = pins.length + absent.length + several.length === 0;
  return isIdle ? 'Nothing to pin.\n' : pins.map(({ id, value }) => `${path}: ${id}: ${value}\n`).join('');
}

export const pin: Verb = {
  usage: ['ROLE (--token-file FILE | --audit FILE) [--config FOLDER] [--json]'],
  words: [{ name: 'ROLE', help: 'The role whose file is to be changed.' }],
  options: {
    'token-file': {
      type: 'string',
      value: 'FILE',
      help: 'A subject token of a job that has the role. It is only decoded: its signature is not checked.',
    },
    audit: {
      type: 'string',
      value: 'FILE',
      help: 'Audit events, one a line: the newest exchange that was given the role.',
    },
    config: CONFIG_OPTION,
    json: { type: 'boolean', help: 'What was added, and what could not be, as JSON.' },
  },
  about: `FILE may be - for standard input. Names can be taken by others, ids cannot. Ids are added beside names and nothing is
taken away, so nobody gets more than before. Exit code 2 when the job does not have the role, or an id is wanting.`,
  examples: [
    'kite-sts pin deploy-web --audit audit.jsonl',
    'buildkite-agent oidc request-token --claim organization_id --claim pipeline_id | kite-sts pin deploy-web --token-file -',
  ],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const shown = await readShownJob(flags, config);
    const proposal = proposePins(shown, config);
    const path = `${config.folder}/roles/${shown.role.name}.yml`;
    if (typeof proposal === 'string') {
      if (flags['json'])
        printJson({ file: path, pins: [], absent: [], several: [], notes: [], denied: proposal }, terminal);
      terminal.error(`${proposal}\nkite-sts explain tells more. Nothing was written.\n`);
      return EXIT.denied;
    }
    const { pins, absent, several, index } = proposal;
    if (pins.length > 0) await writeFile(path, writePins(await readFile(path, 'utf8'), index, pins));
    const notes = listPinNotes(proposal);
    printResult(
      { file: path, pins, absent, several, notes },
      () => writePinLines(proposal, path),
      flags,
      terminal,
    );
    if (!flags['json']) for (const note of notes) terminal.error(`${note}\n`);
    return absent.length > 0 ? EXIT.denied : EXIT.done;
  },
};
