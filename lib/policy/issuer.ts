import type { ClaimType } from './claims.ts';

/** A demand that each trust statement must meet: one of these claims, tied to a literal. */
export type Binding = {
  readonly anyOf: readonly string[];
  /** Claims of the form `owner/name`, where a pattern whose literal prefix is `owner/` also counts. */
  readonly ownerPrefix: readonly string[];
};

/** The claims an issuer sends, and the type of each. A prefix such as `agent_tag:` covers a family. */
export type Vocabulary = {
  readonly claims: Readonly<Record<string, readonly ClaimType[]>>;
  readonly prefixes: Readonly<Record<string, readonly ClaimType[]>>;
};

/** Which claims name the run, for the name of the session: pipeline, build, and the job's own id. */
export type SessionClaims = { readonly group: string; readonly run: string; readonly job: string };

/** Where the events of an organization of Buildkite come from, in EventBridge: all of it must be so of each event. */
export type EventSource = {
  /** The partner event source, which is the name of its bus too. */
  readonly source: string;
  readonly organizationId: string;
  /** The number of the AWS account whose bus that is. */
  readonly account: string;
};

/** The facts of an issuer that the policy engine needs. Rows of broker.yml are compiled to them. */
export type IssuerFacts = {
  readonly issuer: string;
  /** Undefined: any claim name may be used. */
  readonly vocabulary: Vocabulary | undefined;
  readonly binding: readonly Binding[];
  /** Absent is read as null for these (Buildkite's documentation and its tokens disagree). */
  readonly nullable: readonly string[];
  /** Claims that are only there when the job asks for them, and the flag that asks. */
  readonly onRequest: { readonly flag: string; readonly claims: readonly string[] } | undefined;
  readonly session: SessionClaims;
  /** Audiences that this issuer's tokens may be minted for instead of the broker's default. */
  readonly audiences: readonly string[];
  /** The immutable id of a pipeline, for `subject: pipeline`. */
  readonly pipelineId: string | undefined;
  /** Whose events tell of its jobs; left out where none do. */
  readonly events?: readonly EventSource[];
  /** Each role takes its tokens only while their job runs. */
  readonly running?: true;
};

/** The types that the vocabulary gives a name, or undefined when the name is outside of it. */
export function findVocabularyTypes(vocabulary: Vocabulary, name: string): readonly ClaimType[] | undefined {
  if (Object.hasOwn(vocabulary.claims, name)) return vocabulary.claims[name];
  const prefix = Object.keys(vocabulary.prefixes).find(
    each => name.startsWith(each) && name.length > each.length,
  );
  return prefix === undefined ? undefined : vocabulary.prefixes[prefix];
}

/** Finds the flag of the command that mints a token (`--claim queue_key`), for a claim that is there only then. */
export function findRequestFlag(
  claim: string,
  facts: Pick<IssuerFacts, 'onRequest'> | undefined,
): string | undefined {
  const { flag, claims } = facts?.onRequest ?? { flag: '', claims: [] };
  // A name that ends in a colon stands for a family, such as `agent_tag:`.
  const wanted = claims.some(each => each === claim || (each.endsWith(':') && claim.startsWith(each)));
  return wanted ? `${flag} ${claim}` : undefined;
}
