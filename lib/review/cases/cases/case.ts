import type { JobFamily } from '../../../jobs/scenarios.ts';
import type { Complaints } from '../../../language/complaint.ts';
import { lengthOfTime } from '../../../language/demand.ts';
import {
  checked,
  integer,
  list,
  object,
  oneOf,
  optional,
  placed,
  record,
  required,
  text,
  time,
} from '../../../language/shape.ts';
import { readAddress } from '../../../policy/cidr.ts';
import type { Claims } from '../../../policy/claims.ts';
import type { IssuerFacts } from '../../../policy/issuer.ts';
import type { PolicyItem } from '../../compare/item.ts';
import { type CaseReason, REASONS } from '../trial.ts';
import { CLAIM } from './value.ts';

export const SCOPES = list(text({ max: 128 }), 50);

export const SECONDS = integer(1, 999999, ' seconds');

const APPROVED = object({
  by: required(text({ max: 64 })),
  step: optional(text({ max: 100 })),
  ago: optional(lengthOfTime),
});

export const CASE = object({
  name: required(placed(text({ max: 128 }))),
  from: optional(placed(text({ max: 128 }))),
  as: optional(placed(text({ max: 128 }))),
  method: optional(placed(text({ max: 20 }))),
  path: optional(placed(text({ max: 2048 }))),
  claims: optional(record(CLAIM)),
  without: optional(list(placed(text()))),
  source_ip: optional(
    checked(text(), 'wrong-value', each =>
      readAddress(each) ? undefined : `"${each}" is not an address such as 203.0.113.9.`,
    ),
  ),
  at: optional(time),
  job: optional(placed(oneOf('running', 'finished', 'unknown'))),
  approved: optional(placed(APPROVED)),
  request: optional(placed(object({ scopes: optional(SCOPES), seconds: optional(SECONDS) }))),
  allow: optional(placed(text())),
  deny: optional(placed(oneOf(...(Object.keys(REASONS) as CaseReason[])))),
  scopes: optional(placed(SCOPES)),
  seconds: optional(placed(SECONDS)),
});

export type WrittenCase = NonNullable<ReturnType<typeof CASE.read>>;

/** The setting that a file of cases is read in: its role or registry, and the issuers of broker.yml. */
export type CaseSetting = {
  readonly role: PolicyItem;
  readonly issuers: ReadonlyMap<string, IssuerFacts & { readonly preset?: string | undefined }>;
};

/** A file of cases while it is read. */
export type CaseReading = CaseSetting & {
  readonly complaints: Complaints;
  /** The base of each case so far, by its name; undefined for one that could not be read. */
  readonly above: Map<string, CaseBase | undefined>;
};

/** The start of a case: claims as they are written, and the vendor whose job they are where a scenario says so. */
export type CaseBase = {
  readonly claims: Claims;
  readonly family: JobFamily | undefined;
  /** Claims that were left out, and so are not made anew from others. */
  readonly left: readonly string[];
};
