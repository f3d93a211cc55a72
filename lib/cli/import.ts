import { importAws } from '../author/import/aws.ts';
import { type Imported, notesOf, roleText } from '../author/import/imported.ts';
import { importOcto } from '../author/import/octo.ts';
import { importSecrets } from '../author/import/secrets.ts';
import { printable } from '../client/printable.ts';
import type { ClaimValue } from '../policy/claims.ts';
import type { Complaint } from '../policy/complaint.ts';
import { didYouMean } from '../policy/nearest.ts';
import { member, parse, plain, type Tree } from '../policy/parse.ts';
import { readJson } from '../token/json.ts';
import { complaintsText } from './findings.ts';
import { readInput } from './input.ts';
import { covers } from './targets/request.ts';
import { jsonTexts, TargetError, targetRoles, trustStatements } from './targets/trust.ts';
import { EXIT, Failure, type Flags, flag, UsageError, type Verb } from './verb.ts';

const SOURCES = ['aws', 'octo-sts', 'buildkite'] as const;
type Source = (typeof SOURCES)[number];

type File = { readonly path: string; readonly text: string };

const fromAws = ({ path, text }: File): Imported => {
  try {
    const [value, ...others] = jsonTexts(text).map(each => readJson(each));
    if (value === undefined || others.length > 0) throw new TargetError('It holds more than one policy.');
    const { arn, statements } = roleIn(value);
    const entrances = statements.filter(each => covers(each, 'sts:AssumeRoleWithWebIdentity'));
    return importAws({ ...(arn === undefined ? {} : { arn }), statements: entrances });
  } catch (error) {
    throw new Failure(`${path}: ${(error as Error).message}\n`);
  }
};

/** A role as get-role prints it, or its trust policy alone. */
const roleIn = (
  value: ClaimValue,
):
  | ReturnType<typeof targetRoles>[number]
  | { arn: undefined; statements: ReturnType<typeof trustStatements> } => {
  const alone = value !== null && typeof value === 'object' && 'Statement' in value;
  const [role, ...others] = alone ? [] : targetRoles(value);
  if (others.length > 0) throw new TargetError('It holds more than one role.');
  return role ?? { arn: undefined, statements: trustStatements(value) };
};

const treeOf = ({ path, text }: File): Tree => {
  const complaints: Complaint[] = [];
  const tree = parse(path, text, (rule, place, message) => void complaints.push({ rule, place, message }));
  if (!tree || complaints.length > 0) throw new Failure(complaintsText(complaints));
  return tree;
};

const fromOcto = (file: File): Imported => {
  const tree = treeOf(file);
  if (tree.kind !== 'map') throw new Failure(`${file.path}: not a mapping, as a policy of octo-sts is.\n`);
  return importOcto(plain(tree) as { readonly [key: string]: unknown });
};

const fromBuildkite = (file: File, flags: Flags): Imported => {
  const organization = flag(flags, 'organization');
  if (organization === undefined)
    throw new UsageError('--organization is needed: the policy of a secret does not name it.');
  const tree = treeOf(file);
  if (tree.kind !== 'list') throw new Failure(`${file.path}: not a list, as the policy of a secret is.\n`);
  if (tree.items.some(item => member(item, 'iss')))
    throw new Failure(`${file.path} is the policy of a registry: it stands under trust: as it is.\n`);
  return importSecrets(plain(tree) as unknown[], organization);
};

/** What a file is by its look: JSON is of AWS, a list of Buildkite. */
const guessed = ({ text }: File): Source => {
  const [first = ''] = text.replace(/^(\s*#.*|---\s*)$/gm, '').trimStart();
  if (first === '{') return 'aws';
  return first === '-' || first === '[' ? 'buildkite' : 'octo-sts';
};

const sourceOf = (flags: Flags, file: File): Source => {
  const from = flag(flags, 'from');
  if (from === undefined) return guessed(file);
  const known = SOURCES.find(each => each === from);
  if (known) return known;
  throw new UsageError(`--from takes ${SOURCES.join(', ')}, not "${from}".${didYouMean(from, SOURCES)}`);
};

const imported = (flags: Flags, file: File): Imported => {
  const source = sourceOf(flags, file);
  if (source !== 'buildkite' && flags['organization'] !== undefined)
    throw new UsageError(`--organization has no effect on a policy of ${source}.`);
  if (source === 'aws') return fromAws(file);
  return source === 'octo-sts' ? fromOcto(file) : fromBuildkite(file, flags);
};

export const importPolicy: Verb = {
  summary: 'Prints a policy of AWS IAM, octo-sts or a Buildkite secret as a role that admits nobody else.',
  help: `kite-sts import FILE [--from aws|octo-sts|buildkite] [--organization NAME]

  FILE                 the policy, or the output of aws iam get-role; - for standard input
  --from SOURCE        what it is (default: by its look)
  --organization NAME  the organization of a Buildkite secret, whose policy does not name it

Prints a role file. What cannot be said exactly is left out or made narrower, never wider: a comment in the role and a
line on standard error say so, and the exit code is 2.

Examples:
  aws iam get-role --role-name deploy-web | kite-sts import - > config/roles/deploy-web.yml
  kite-sts import .github/chainguard/release.sts.yaml
`,
  withoutConfig: true,
  options: { from: { type: 'string' }, organization: { type: 'string' } },
  words: ['FILE'],
  async run(flags, terminal) {
    const path = flag(flags, 'FILE') ?? '';
    const role = imported(flags, { path, text: (await readInput(path)).toString('utf8') });
    terminal.out(roleText(role));
    const notes = notesOf(role);
    for (const { says } of notes) terminal.error(`${printable(says)}\n`);
    return notes.every(({ exact }) => exact) ? EXIT.done : EXIT.denied;
  },
};
