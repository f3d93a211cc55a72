import { makePrintable } from '../client/printable.ts';
import { DEMANDS, type DemandName } from '../policy/demand.ts';
import { LONGEST_SUSPENSION, SWITCH_KINDS, type Switch, type SwitchKind } from '../switch.ts';
import { openOperatedBroker, STACK_OPTIONS } from './operator.ts';
import {
  type Flags,
  readChoice,
  readFlag,
  type Terminal,
  UsageError,
  type VerbOptions,
  type VerbWord,
} from './verb.ts';

/** Words that name the thing that is switched. */
export const SWITCH_WORDS: readonly VerbWord[] = [
  { name: 'WHAT', help: `${SWITCH_KINDS.slice(0, -1).join(', ')} or ${SWITCH_KINDS.at(-1)}.` },
  { name: 'NAME', help: 'Its name, as the audit events have it.' },
];

/** Options that name the thing whole: what it is part of, and its own id. */
export const SWITCH_OPTIONS = {
  issuer: { type: 'string', value: 'URL', help: 'Of an organization or a pipeline: whose it is.' },
  organization: { type: 'string', value: 'O', help: 'Of a pipeline: whose it is.' },
  id: {
    type: 'string',
    value: 'ID',
    help: 'Of an organization or a pipeline: its id in the claims of its tokens (`pipeline_id`, `repository_id`, …), so that no renaming switches it on. A token without that claim is refused too, and told to ask for it. `disable` needs it or `--by-name`.',
  },
  'by-name': {
    type: 'boolean',
    help: 'Without `--id`: it is on again for whoever renames it. With `--id`: a token without that claim is not refused.',
  },
  because: {
    type: 'string',
    value: 'REASON',
    required: true,
    help: 'For the audit events, and whoever comes after you.',
  },
  json: { type: 'boolean', help: 'The switch as JSON, as `disabled` lists it.' },
  ...STACK_OPTIONS,
} as const satisfies VerbOptions;

/** Help that goes with `SWITCH_OPTIONS`. */
export const SWITCH_ABOUT = `Credentials are found as every SDK of AWS finds them: keys in the environment, AWS_PROFILE (single sign-on, a
process, another role), a container, a machine.`;

/** The wholes that each is part of, by option, from the inside out. */
const PARTS: { readonly [what in SwitchKind]: readonly ('organization' | 'issuer')[] } = {
  issuer: [],
  kid: [],
  organization: ['issuer'],
  pipeline: ['organization', 'issuer'],
  role: [],
};

function demandFlag(flags: Flags, option: string): string {
  const value = readFlag(flags, option);
  if (!value) throw new UsageError(`--${option} is required here.`);
  return value;
}

function readSwitchTarget(flags: Flags): Pick<Switch, 'names'> & { readonly what: SwitchKind } {
  const written = readFlag(flags, 'WHAT') ?? '';
  const refusal = `"${written}" cannot be switched: ${SWITCH_KINDS.join(', ')} can.`;
  const what = readChoice(written, SWITCH_KINDS, refusal);
  const parts = PARTS[what];
  const idle = (['organization', 'issuer'] as const).find(
    option => !parts.includes(option) && flags[option] !== undefined,
  );
  if (idle) throw new UsageError(`--${idle} has no effect on ${what}. Leave it out.`);
  return { what, names: [readFlag(flags, 'NAME') ?? '', ...parts.map(option => demandFlag(flags, option))] };
}

/** A switch on one line, with nothing in it that moves a terminal. */
export function writeSwitch(change: Switch): string {
  const { what, names, id, byName, until, off, at, by, reason } = change;
  const state = until === undefined ? (off ? 'off' : 'on ') : off ? 'suspended' : 'resumed';
  const more = [id !== undefined && `id ${id}`, byName && 'by name', until !== undefined && `until ${until}`];
  const parts = [state, `${what} ${names.join(' of ')}`, ...more.filter(Boolean), at, by, reason];
  return makePrintable(parts.join('  '));
}

const IDENTIFIED: readonly SwitchKind[] = ['organization', 'pipeline'];

/** Reads by what the thing is known: by its id where it has one, unless the operator says that the name is all there is. */
function readSwitchId(off: boolean, what: SwitchKind, flags: Flags): Pick<Switch, 'id' | 'byName'> {
  const id = readFlag(flags, 'id');
  const byName = flags['by-name'] === true;
  if (!IDENTIFIED.includes(what)) {
    if (id !== undefined || byName)
      throw new UsageError(`--id and --by-name have no effect on ${what}. Leave them out.`);
    return {};
  }
  if (off && !id && !byName)
    throw new UsageError(
      `--id is required for ${what}, since whoever renames it would switch it on again. It is what its tokens say by ${what === 'pipeline' ? 'pipeline_id or repository_id' : 'organization_id or repository_owner_id'}. Where there is none: --by-name.`,
    );
  return { ...(id ? { id } : {}), ...(byName ? { byName } : {}) };
}

/** Sets a switch of a deployment, with who, when and why. Throws `UsageError` and `Failure`. */
export async function setSwitch(off: boolean, flags: Flags, terminal: Terminal): Promise<Switch> {
  const target = readSwitchTarget(flags);
  const reason = demandFlag(flags, 'because');
  const { who, set } = await openOperatedBroker(flags, terminal);
  const id = readSwitchId(off, target.what, flags);
  const change = { ...target, ...id, off, reason, by: await who(), at: new Date().toISOString() };
  await set(change);
  return change;
}

/** Words that name the demand that is suspended and resumed. */
export const SUSPEND_WORDS: readonly VerbWord[] = [
  { name: 'DEMAND', help: `${DEMANDS.join(' or ')}.` },
  { name: 'ROLE', help: 'The role that demands it.' },
];

export const SUSPEND_OPTIONS = {
  ...STACK_OPTIONS,
  because: { type: 'string', value: 'REASON', required: true, help: 'For whoever comes after you.' },
  json: { type: 'boolean', help: 'What is set, as JSON, as `disabled` lists it.' },
} as const satisfies VerbOptions;

function readDemand(flags: Flags): DemandName {
  const written = readFlag(flags, 'DEMAND') ?? '';
  const refusal = `"${written}" is nothing that a role demands: ${DEMANDS.join(' and ')} are.`;
  return readChoice(written, DEMANDS, refusal);
}

function readHours(flags: Flags): number {
  const written = demandFlag(flags, 'hours');
  const hours = /^[1-9]\d?$/.test(written) ? Number(written) : Number.NaN;
  if (!(hours <= LONGEST_SUSPENSION)) throw new UsageError(`--hours takes 1 to ${LONGEST_SUSPENSION}.`);
  return hours;
}

/** Suspends what a role demands of jobs for so many hours, or ends that, with who, when and why. */
export async function suspendDemand(off: boolean, flags: Flags, terminal: Terminal): Promise<Switch> {
  const what = readDemand(flags);
  const hours = off ? readHours(flags) : 0;
  const reason = demandFlag(flags, 'because');
  const names = [readFlag(flags, 'ROLE') ?? ''];
  const { who, set } = await openOperatedBroker(flags, terminal);
  const by = await who();
  const now = Date.now();
  const at = new Date(now).toISOString();
  const until = new Date(now + hours * 3_600_000).toISOString();
  const change = { what, names, off, until, reason, by, at };
  await set(change);
  return change;
}
