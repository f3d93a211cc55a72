import type { ApprovalDemand } from './demand.ts';
import type { Template } from './targets.ts';
import type { TrustPolicy } from './trust.ts';

/** How long a role's sessions last, in seconds: usually, at most, and the least that its provider makes. */
export type SessionLength = { readonly seconds: number; readonly max: number; readonly min: number };

/** A compiled role: immutable plain data, so that its digest is the digest of what was reviewed. */
export type Role = TrustPolicy & {
  readonly name: string;
  readonly description: string | undefined;
  readonly contact: string | undefined;
  readonly session: SessionLength;
  readonly singleUse: boolean;
  /** The reason, when the role is disabled. */
  readonly disabled: string | undefined;
  readonly template: Template;
  /** A token counts only while its job runs. */
  readonly running?: true | undefined;
  readonly approval?: ApprovalDemand | undefined;
};
