import { type Invariant, readInvariants } from '../../config/invariants.ts';
import type { Config } from '../../config/load.ts';
import { findSampleClaims } from '../../jobs/sample.ts';
import { writeCount } from '../../language/counted.ts';
import { type CeilingProof, proveCeilings } from '../../review/compare/ceilings.ts';
import {
  findEmptyParts,
  findRefutations,
  type Refutation,
  selectSubjects,
} from '../../review/compare/prove.ts';
import { formatShown } from '../../review/compare/report.ts';
import { writeComplaints } from '../../review/findings.ts';
import { openConfig, readCommandSettings } from '../configuration.ts';
import { locatePage } from '../manifest.ts';
import { createConfigOption, EXIT, Failure, printResult, type Verb } from '../verb.ts';

type BrokenProof = Refutation & { readonly of: 'role' | 'registry'; readonly role: string };
type InvariantProof = {
  readonly invariant: Invariant;
  readonly roles: number;
  readonly registries: number;
  readonly broken: readonly BrokenProof[];
  /** Parts of the sentence that speak of nothing. */
  readonly empty: readonly string[];
};

function proveInvariant(invariant: Invariant, config: Config, from: number): InvariantProof {
  const subjects = selectSubjects(invariant, config);
  const broken = subjects.flatMap(subject =>
    findRefutations(invariant, subject, config, { findSample: findSampleClaims, from }).map(
      (each): BrokenProof => ({
        ...each,
        of: 'methods' in subject ? 'registry' : 'role',
        role: subject.name,
      }),
    ),
  );
  const registries = subjects.filter(subject => 'methods' in subject).length;
  const empty = findEmptyParts(invariant, config);
  return { invariant, roles: subjects.length - registries, registries, broken, empty };
}

const WHY: { readonly [by in Exclude<Refutation['by'], 'targets' | 'demands'>]: string } = {
  never: 'has a token that it must never have',
  only: 'has a token that meets none of "only"',
  issuers: 'has a token of another issuer',
};

function describeBroken(broken: BrokenProof): string {
  if (broken.by === 'targets')
    return `    ${broken.of} ${broken.role}: ${broken.member} ${broken.value === undefined ? 'is left out, which proves nothing; allow null where that is meant' : `is ${JSON.stringify(broken.value)}`}`;
  if (broken.by === 'demands')
    return `    ${broken.of} ${broken.role} demands no ${broken.demand} of some job that can have it`;
  return `    ${broken.of} ${broken.role} ${WHY[broken.by]}:\n      ${formatShown(broken.shown)}`;
}

function judgeProof(proof: InvariantProof): string {
  const { broken, empty } = proof;
  if (broken.length === 0) return empty.length === 0 ? 'proved' : 'empty';
  const isInDoubt = broken.every(each => 'shown' in each && each.shown === 'undecided');
  return isInDoubt ? 'undecided' : 'refuted';
}

function writeSubjectCounts(proof: InvariantProof): string {
  const { roles, registries } = proof;
  return [
    ...(roles > 0 || registries === 0 ? [writeCount(roles, 'role')] : []),
    ...(registries > 0 ? [registries === 1 ? '1 registry' : `${registries} registries`] : []),
  ].join(', ');
}

function writeProof(proof: InvariantProof): string {
  const { id, says } = proof.invariant;
  return [
    `${judgeProof(proof).padEnd(10)}${id}: ${says} (${writeSubjectCounts(proof)})`,
    ...proof.broken.map(describeBroken),
    ...proof.empty.map(why => `    It speaks of nothing: ${why}`),
  ].join('\n');
}

function judgeCeiling(proof: CeilingProof): string {
  if (proof.breaches.length > 0) return 'refuted';
  return proof.unknown.length > 0 ? 'empty' : 'proved';
}

function writeCeilingProof(proof: CeilingProof): string {
  const { team, roles, breaches, unknown } = proof;
  return [
    `${judgeCeiling(proof).padEnd(10)}ceiling of team ${team} (${writeCount(roles, 'role')})`,
    ...breaches.map(({ role, says }) => `    role ${role} ${says}`),
    ...unknown.map(job => `    It speaks of nothing: no issuer has jobs of the kind ${job}`),
  ].join('\n');
}

function chooseProveExit(proofs: readonly InvariantProof[], ceilings: readonly CeilingProof[]): number {
  const verdicts = proofs.map(judgeProof);
  if (ceilings.some(each => judgeCeiling(each) !== 'proved')) return EXIT.denied;
  if (verdicts.includes('refuted') || proofs.some(({ empty }) => empty.length > 0)) return EXIT.denied;
  return verdicts.includes('undecided') ? EXIT.undecided : EXIT.done;
}

function describeAllProofs(proofs: readonly InvariantProof[], ceilings: readonly CeilingProof[]): object[] {
  const sentences = proofs.map(proof => ({
    id: proof.invariant.id,
    says: proof.invariant.says,
    verdict: judgeProof(proof),
    broken: proof.broken,
    empty: proof.empty,
  }));
  const bounds = ceilings.map(proof => ({
    id: `ceiling.${proof.team}`,
    says: `The roles of team ${proof.team} stay within its ceiling.`,
    verdict: judgeCeiling(proof),
    broken: proof.breaches.map(each => ({ of: 'role', by: 'ceiling', ...each })),
    empty: proof.unknown,
  }));
  return [...sentences, ...bounds];
}

export const prove: Verb = {
  options: {
    config: createConfigOption('The folder with broker.yml, roles/, invariants.yml and teams.yml.'),
    json: { type: 'boolean', help: 'Everything, as JSON.' },
  },
  about: `Exact, for all tokens, not for samples of them. Exit code 0 when all are proved, 2 when one is refuted or
speaks of nothing, 4 when one could not be told.`,
  examples: ['kite-sts prove', 'kite-sts prove --config policies/ci --json'],
  async run(flags, terminal) {
    const config = openConfig(readCommandSettings(flags, terminal));
    const { invariants, complaints } = readInvariants(config.folder, config.rows);
    const ceilings = proveCeilings(config);
    const isMissing = complaints.some(({ rule }) => rule === 'file-missing');
    if (isMissing && ceilings.length === 0)
      throw new Failure(
        `${config.folder} has no invariants.yml. Write one: ${locatePage('docs/guides/policy-changes.md')} has an example.\n`,
      );
    if (!isMissing && complaints.length > 0) throw new Failure(writeComplaints(complaints));
    const from = Date.now() / 1000;
    const proofs = invariants.map(invariant => proveInvariant(invariant, config, from));
    const write = () => `${[...proofs.map(writeProof), ...ceilings.map(writeCeilingProof)].join('\n')}\n`;
    printResult(describeAllProofs(proofs, ceilings), write, flags, terminal);
    return chooseProveExit(proofs, ceilings);
  },
};
