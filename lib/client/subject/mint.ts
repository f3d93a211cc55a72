/** The token that a job asks for. `claims`, `lifetime` and `subjectClaim` are Buildkite's alone. */
export type TokenOptions = {
  readonly audience: string;
  /** Optional claims to ask for. */
  readonly claims: readonly string[];
  /** Seconds. */
  readonly lifetime: number | undefined;
  readonly subjectClaim: string | undefined;
};

/** The surroundings of a source of tokens. */
export type MintSettings = {
  readonly environment: { readonly [name: string]: string | undefined };
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds that a CI's token door has; without it, 10,000. */
  readonly patience?: number;
  /** Runs a program and gives what it prints. Throws `ProgramMissing` or `NoSubjectToken`. */
  readonly run: (program: string, words: readonly string[], options?: RunOptions) => Promise<string>;
};

export type RunOptions = {
  /** The text of its standard input. */
  readonly input?: string;
  /** Variables that differ from the step's; undefined is not set. */
  readonly variables?: MintSettings['environment'];
};

/** Gives a subject token, a new one each time where the CI can. Throws `NoSubjectToken`. */
export type MintToken = () => Promise<string>;

/** Why there is no subject token: what was looked for and what to do. Never holds any of a token. */
export class NoSubjectToken extends Error {}

/** The program is not installed. */
export class ProgramMissing extends NoSubjectToken {}

/** The token without the newline that files and programs end with. `source` names where it is from. */
export function readSubjectToken(text: unknown, source: string): string {
  const token = typeof text === 'string' ? text.trim() : '';
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new NoSubjectToken(
      `${source} gave no token: three parts of base64url with dots between were expected.`,
    );
  return token;
}
