import type { ImportedPolicy } from '../../review/author/import/imported.ts';
import { compileReading, type DirectTrust } from '../direct.ts';

/** One trust of another cloud or service, read twice: as a role, and as whom it lets in. */
export type ForeignTrust = {
  /** Its name where it is. */
  readonly source: string;
  readonly name: string;
  /** The project, tenant, repository or mount that it opens. */
  readonly account: string;
  readonly direct: DirectTrust;
  readonly made: ImportedPolicy;
  /** The provider of the role as it would stand in its file, by its key; undefined where the dump does not tell it. */
  readonly provider: { readonly [key: string]: unknown } | undefined;
  /** The thing to be deleted in the end. */
  readonly thing: string;
};

/** A demand on a claim, in the words of the second reading. */
export type Wanted = {
  readonly claim: string;
  readonly operator: 'StringEquals' | 'StringLike' | 'IpAddress';
  readonly operands: readonly string[];
};

/** Whom a trust lets in that is a list of demands on claims, all of which must be met. What could not be read counts as met by nobody. */
export function readWantedTrust(
  issuer: string,
  name: string,
  wanted: readonly Wanted[],
  doubts: readonly string[] = [],
): DirectTrust {
  return { issuer, statements: [compileReading(issuer, name, wanted, doubts)] };
}
