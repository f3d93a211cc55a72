import { Complaints } from '../../language/complaint.ts';
import { parse } from '../../language/parse.ts';
import { toPlain } from '../../language/tree.ts';
import { importOcto, OctoRefused } from '../../review/author/import/octo.ts';
import { readRegExp } from './expression.ts';
import { type ForeignTrust, readWantedTrust, type Wanted } from './trust.ts';

/** A trust policy of octo-sts, and where it lies: `OWNER/REPOSITORY`, or a repository alone. */
export type OctoDump = {
  readonly repository: string;
  readonly name: string;
  readonly path: string;
  readonly text: string;
};

type Policy = { readonly [key: string]: unknown };

function readPattern(claim: string, expression: unknown): Wanted | string {
  const patterns = readRegExp(String(expression));
  return patterns
    ? { claim, operator: 'StringLike', operands: patterns }
    : `${claim} ${String(expression)}`.slice(0, 80);
}

function readOctoTrust(policy: Policy, name: string): ForeignTrust['direct'] {
  const { subject, subject_pattern: pattern, claim_pattern: claims } = policy;
  const all = [
    subject === undefined
      ? readPattern('sub', pattern)
      : ({ claim: 'sub', operator: 'StringEquals', operands: [String(subject)] } satisfies Wanted),
    ...Object.entries((claims ?? {}) as Policy).map(([claim, expression]) => readPattern(claim, expression)),
  ];
  const issuer = policy['issuer'];
  const doubts = [
    ...all.filter(each => typeof each === 'string'),
    ...(issuer === undefined ? ['issuer_pattern'] : []),
  ];
  return readWantedTrust(
    String(issuer ?? ''),
    name,
    all.filter(each => typeof each !== 'string'),
    doubts,
  );
}

function readOctoPolicy(dump: OctoDump): Policy | undefined {
  const complaints = new Complaints();
  const tree = parse(dump.path, dump.text, complaints);
  return tree?.kind === 'map' && complaints.all.length === 0 ? (toPlain(tree) as Policy) : undefined;
}

type OctoOwner = { readonly app: string | undefined; readonly owner: string | undefined };

/** Every file of octo-sts that lets somebody in. One that octo-sts refuses gives nobody anything. */
export function listOctoTrusts(dumps: readonly OctoDump[], setting: OctoOwner): ForeignTrust[] {
  const { app, owner } = setting;
  return dumps.flatMap(dump => {
    const policy = readOctoPolicy(dump);
    if (!policy) return [];
    const repository = dump.repository.split('/').at(-1) ?? '';
    try {
      const listed = policy['repositories'] === undefined ? { repository } : {};
      return [
        {
          source: `${dump.repository}: .github/chainguard/${dump.name}.sts.yaml`,
          name: `${repository}-${dump.name}`,
          account: dump.repository,
          direct: readOctoTrust(policy, dump.name),
          made: importOcto(policy, { app, owner, ...listed }),
          provider: undefined,
          thing: 'the file',
        },
      ];
    } catch (error) {
      if (error instanceof OctoRefused) return [];
      throw error;
    }
  });
}
