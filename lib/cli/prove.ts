import { type Invariant, readInvariants } from '../config/invariants.ts';
import type { Config } from '../config/load.ts';
import { counted } from '../policy/counted.ts';
import type { Shown } from '../space/difference.ts';
import { type Refutation, refutations, speaksOf } from '../space/prove.ts';
import { shownText } from '../space/report.ts';
import { sampleOf } from './compare/sample.ts';
import { configOf, settingsOf } from './configuration.ts';
import { complaintsText } from './findings.ts';
import { EXIT, Failure, type Verb } from './verb.ts';

type Broken = Refutation & { readonly role: string };
type Proof = { readonly invariant: Invariant; readonly roles: number; readonly broken: readonly Broken[] };

const proofOf = (invariant: Invariant, config: Config, from: number): Proof => {
  const roles = config.roles.filter(role => speaksOf(invariant, role));
  const broken = roles.flatMap(role =>
    refutations(invariant, role, config, { sampleOf, from }).map(each => ({ ...each, role: role.name })),
  );
  return { invariant, roles: roles.length, broken };
};

const isDoubt = (broken: Broken): boolean => 'shown' in broken && broken.shown === 'undecided';

const WHY: { readonly [by in Exclude<Refutation['by'], 'targets'>]: string } = {
  never: 'has a token that it must never have',
  only: 'has a token that meets none of "only"',
  issuers: 'has a token of another issuer',
};

const brokenText = (broken: Broken): string => {
  if (broken.by === 'targets')
    return `    role ${broken.role}: ${broken.member} is ${JSON.stringify(broken.value)}`;
  const shown: Shown = broken.shown;
  return `    role ${broken.role} ${WHY[broken.by]}:\n      ${shownText(shown)}`;
};

const verdict = ({ broken }: Proof): string => {
  if (broken.length === 0) return 'proved';
  return broken.every(isDoubt) ? 'undecided' : 'refuted';
};

const proofText = (proof: Proof): string =>
  [
    `${verdict(proof).padEnd(10)}${proof.invariant.id}: ${proof.invariant.says} (${counted(proof.roles, 'role')})`,
    ...proof.broken.map(brokenText),
  ].join('\n');

const exitOf = (proofs: readonly Proof[]): number => {
  const verdicts = proofs.map(verdict);
  if (verdicts.includes('refuted')) return EXIT.denied;
  return verdicts.includes('undecided') ? EXIT.undecided : EXIT.done;
};

const asJson = (proofs: readonly Proof[]): string =>
  JSON.stringify(
    proofs.map(proof => ({
      id: proof.invariant.id,
      says: proof.invariant.says,
      verdict: verdict(proof),
      broken: proof.broken,
    })),
    null,
    2,
  );

export const prove: Verb = {
  summary:
    'Proves the sentences of invariants.yml for every token there can be, or shows one that breaks them.',
  help: `kite-sts prove [--config FOLDER] [--json]

  --config FOLDER  the folder with broker.yml, roles/ and invariants.yml
  --json           everything, as JSON

Exact, for all tokens, not for samples of them. Exit code 0 when all are proved, 2 when one is refuted, 4 when one
could not be told.

Examples:
  kite-sts prove
  kite-sts prove --config examples/invariants/config --json
`,
  options: { json: { type: 'boolean' } },
  async run(flags, terminal) {
    const config = configOf(settingsOf(flags, terminal));
    const { invariants, complaints } = readInvariants(config.folder, config.rows);
    if (complaints.some(({ rule }) => rule === 'file-missing'))
      throw new Failure(
        `${config.folder} has no invariants.yml. Write one: docs/guides/policy-changes.md has an example.\n`,
      );
    if (complaints.length > 0) throw new Failure(complaintsText(complaints));
    const from = Date.now() / 1000;
    const proofs = invariants.map(invariant => proofOf(invariant, config, from));
    terminal.out(`${flags['json'] ? asJson(proofs) : proofs.map(proofText).join('\n')}\n`);
    return exitOf(proofs);
  },
};
