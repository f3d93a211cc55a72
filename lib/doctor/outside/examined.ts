import type { Config } from '../../config/load.ts';
import type { ClockReading } from '../../http/date.ts';
import type { Network } from '../../token/download.ts';
import type { Diagnosis } from '../diagnosis.ts';

/** A certificate as a server shows it before anything is asked of it. */
export type ShownCertificate = {
  /** Why nobody should believe it; undefined where everybody does. */
  readonly refused: string | undefined;
  /** When it ends, in seconds since the epoch. */
  readonly until: number;
};

/** By what a broker is looked at from outside, handed in so that a test can stand in for the network. */
export type Instruments = {
  readonly fetch: (url: string, more?: RequestInit) => Promise<Response>;
  readonly readCertificate: (url: URL) => Promise<ShownCertificate>;
  /** How an issuer's keys are fetched: as the broker itself does. */
  readonly network: (allowPrivate: boolean) => Network;
  /** Seconds since the epoch. */
  readonly now: () => number;
};

/** A broker: what it was configured as, and where it is asked. */
export type Patient = { readonly config: Config; readonly url: string };

/** Looks at one side of a broker. It changes nothing, and never throws for what it finds. */
export type Examine = (
  patient: Patient,
  instruments: Instruments,
) => Promise<Diagnosis | readonly Diagnosis[]>;

/** A whole answer, and what it says of the time. */
export type Seen = {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly reading: ClockReading | undefined;
};
