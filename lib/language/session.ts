import type { SessionLength } from '../policy/role.ts';
import type { Complaints } from './complaint.ts';
import type { SessionLimits } from './kinds/kind.ts';
import { integer, object, optional, type Placed, placed } from './shape.ts';

/** The defaults of broker.yml for roles that say nothing. */
export type SessionDefaults = {
  readonly seconds: number | undefined;
  readonly maxSeconds: number | undefined;
};

/**
 * Of sessions of AWS whose role looks whether the job runs: the shortest that AWS makes, since the end of the job ends no
 * session. A role may say more.
 */
export const RUNNING_SESSION: SessionDefaults = { seconds: 900, maxSeconds: 900 };

/** The shape that roles share, whatever they give. broker.yml has the same under `session`. */
export const SESSION = object({
  seconds: optional(placed(integer(30, 86_400, ' seconds'))),
  max_seconds: optional(placed(integer(30, 86_400, ' seconds'))),
});

type SessionDeclaration = { seconds?: Placed<number>; max_seconds?: Placed<number> };

/** Reads the defaults of sessions from broker.yml, as roles are compiled against them. */
export function readSessionDefaults(session: SessionDeclaration | undefined): SessionDefaults {
  return {
    seconds: session?.seconds?.value,
    maxSeconds: session?.max_seconds?.value,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

/** The lengths that a role's provider knows; `seconds` where the role may say it there. */
type ProviderLengths = {
  readonly kind: string;
  readonly seconds: number | undefined;
  readonly lengths: SessionLimits;
};

/** The session's length: the role's own words must fit the kind; the defaults of broker.yml are fitted to it. */
export function compileSession(
  own: SessionDeclaration,
  provider: ProviderLengths,
  defaults: SessionDefaults,
  complaints: Complaints,
): SessionLength {
  const { kind, seconds: inTemplate, lengths } = provider;
  const { fallback, min, max } = lengths;
  for (const written of [own.seconds, own.max_seconds])
    if (written && (written.value < min || written.value > max))
      complaints
        .at(written)
        .wrongValue(`A session of ${kind} lasts ${min} to ${max} seconds, not ${written.value}.`);
  if (own.seconds && inTemplate !== undefined)
    complaints.at(own.seconds).wrongValue(`The length is said twice: here and under ${kind}. Remove one.`);
  const most = own.max_seconds?.value;
  // A length of the role's own is its maximum too: what broker.yml allows widens no role that said how long.
  const said = own.seconds?.value ?? inTemplate;
  const seconds = said ?? Math.min(clamp(defaults.seconds ?? fallback, min, max), most ?? max);
  const longest = most ?? said ?? Math.max(seconds, clamp(defaults.maxSeconds ?? seconds, min, max));
  if (own.max_seconds && seconds > longest)
    complaints
      .at(own.max_seconds)
      .wrongValue(`max_seconds (${longest}) is less than the usual length (${seconds}).`);
  return { seconds, max: longest, min };
}
