import type { Answer } from '../answer.ts';
import type { ExchangeRequest } from '../exchange.ts';
import type { Identity } from '../stores/identities.ts';

/** An HTTP request as every host hands it in. Header names are in lower case. */
export type HttpRequest = {
  readonly method: string;
  /** The path as received, without the query. */
  readonly path: string;
  /** The query as received, without its `?`. */
  readonly query: string;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Uint8Array;
  /** From the gateway or the socket, never from a header. */
  readonly sourceAddress: string | undefined;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
};

/** Facts of the broker that rendering needs beside the answer. */
export type Voice = {
  readonly url: string;
  /** The audience of subject tokens unless a role says otherwise. No secret: every step must know it. */
  readonly audience: string;
  readonly now: number;
};

/** By what a session is asked about. Neither is proof of anything: the signature cannot be checked. */
export type SessionQuestion = {
  /** Undefined: the call is not signed. */
  readonly accessKeyId: string | undefined;
  readonly sessionToken: string;
};

/** Whose session it is that was asked about. */
export type IdentityAnswer = {
  readonly kind: 'identified';
  readonly decisionId: string;
  readonly identity: Identity;
};

/**
 * One way to ask for a credential. Both halves are pure: no clock, no I/O, no AWS types. `parse` throws a
 * `BrokerError`; what it returns holds the token beside the request, so that nothing else carries it.
 */
export type Protocol = {
  readonly name: string;
  /** Its clients send one subject token again and again; a `single_use` role cannot be had here. */
  readonly reusesToken: boolean;
  /** `url` is the broker's own, from broker.yml and never from a request. */
  parse(request: HttpRequest, url: string): ExchangeRequest;
  render(answer: Answer, request: HttpRequest, voice: Voice): HttpAnswer;
  /** Its clients ask whose session theirs is: sessions that are given here are remembered for that. */
  readonly identities?: {
    /** Whose session is asked about; undefined when the request asks for an exchange. Never throws. */
    asked(request: HttpRequest): SessionQuestion | undefined;
    render(answer: IdentityAnswer): HttpAnswer;
  };
};
