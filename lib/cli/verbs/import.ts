import { makePrintable } from '../../client/printable.ts';
import { listNotes, writeImportedRole } from '../../review/author/import/imported.ts';
import { bringAccounts } from '../estate/bring.ts';
import { importFile } from '../import/sources.ts';
import { readInput } from '../input.ts';
import { EXIT, type Flags, readFlag, UsageError, type Verb } from '../verb.ts';

/** The options that a whole account has. */
const OF_ACCOUNT = ['account', 'into', 'report', 'broker-role-arn', 'team-tag', 'owners'];

/** And these either way. */
const OF_BOTH = ['issuer', 'app', 'owner'];

function checkImportFlags(flags: Flags): void {
  const idle = Object.keys(flags).find(
    name => !OF_BOTH.includes(name) && OF_ACCOUNT.includes(name) !== (flags['account'] !== undefined),
  );
  if (idle === 'FILE') throw new UsageError('Give FILE or --account, not both.');
  if (idle !== undefined)
    throw new UsageError(
      `--${idle} has no effect ${flags['account'] === undefined ? 'without' : 'with'} --account.`,
    );
  if (flags['account'] === undefined && readFlag(flags, 'FILE') === undefined)
    throw new UsageError('FILE or --account is required.');
}

export const importPolicy: Verb = {
  usage: [
    'FILE [--from aws|octo-sts|buildkite|vault|cel] [options]',
    '--account FILE… [--into FOLDER] [--report FILE…] [options]',
  ],
  words: [
    {
      name: 'FILE',
      optional: true,
      help: 'The policy, or the output of aws iam get-role or list-roles, vault read -format=json or gcloud; - for standard input.',
    },
  ],
  options: {
    from: {
      type: 'string',
      value: 'SOURCE',
      help: '`aws`, `octo-sts`, `buildkite`, `vault` or `cel`. The default is what the file looks like.',
    },
    role: {
      type: 'string',
      value: 'NAME',
      help: 'Which role of `aws iam list-roles`. The default is the only one that web identities come to.',
    },
    app: {
      type: 'string',
      value: 'CLIENT_ID',
      help: 'octo-sts: your GitHub App, for a role that gives what the file gives.',
    },
    owner: {
      type: 'string',
      value: 'OWNER',
      help: 'octo-sts: the organization or user that has the App installed.',
    },
    repository: {
      type: 'string',
      value: 'NAME',
      help: 'octo-sts: the repository that the file lies in, unless it lists repositories.',
    },
    issuer: {
      type: 'string',
      value: 'URL',
      help: 'Vault and CEL: who signs the tokens. A role of Vault does not name it.',
    },
    organization: {
      type: 'string',
      value: 'NAME',
      help: 'The organization of a Buildkite secret, whose policy does not name it.',
    },
    account: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'A [whole account](#a-whole-account), as the AWS CLI, gcloud, az or vault printed it: a file, or a folder of them. May be repeated.',
    },
    into: {
      type: 'string',
      value: 'FOLDER',
      help: 'With `--account`: the configuration to write into: a role file with cases for each role that jobs have by a token. Never overwrites.',
    },
    report: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      help: 'With `--account`: who is let in, the worst first, by its ending: `.html`, `.md`, `.json`, `.csv` or `.txt`. May be repeated.',
    },
    'broker-role-arn': {
      type: 'string',
      value: 'ARN',
      help: "With `--account`: the role that the broker's function runs as. A role that trusts it has moved.",
    },
    'team-tag': {
      type: 'string',
      value: 'KEY',
      help: "With `--account`: the tag that names a role's team. The default is `team`; without the tag the first folder of the path does.",
    },
    owners: {
      type: 'string',
      value: 'OWNER',
      help: 'With `--account`: writes teams.yml too, with this owner for all, such as `@acme/platform`.',
    },
  },
  about: `Prints a role file. What cannot be said exactly is left out or made narrower, never wider: a comment in the role and a
line on standard error say so, and the exit code is 2. Then lint and test it. Each role of an account is held against the
trust policy that it came from: one that would admit more is thrown away.`,
  examples: [
    'aws iam get-role --role-name deploy-web | kite-sts import - > config/roles/deploy-web.yml',
    'kite-sts import --account details.json --account providers.json --into config --report estate.html',
  ],
  async run(flags, terminal) {
    checkImportFlags(flags);
    if (flags['account'] !== undefined) return bringAccounts(flags, terminal);
    const path = readFlag(flags, 'FILE') ?? '';
    const role = importFile(flags, { path, text: (await readInput(path)).toString('utf8') });
    terminal.out(writeImportedRole(role));
    const notes = listNotes(role);
    for (const { says } of notes) terminal.error(`${makePrintable(says)}\n`);
    return notes.every(({ exact }) => exact) ? EXIT.done : EXIT.denied;
  },
};
