import { listTokenVariables } from '../protocols/variables.ts';
import { readTokenClaims, splitToken } from '../token/jws.ts';
import type { Issued, TokenKind } from './answer.ts';
import type { Means } from './client.ts';
import { endpoint } from './endpoint.ts';
import type { Folder } from './folder.ts';
import { keeper } from './keeper.ts';
import { RIVALS } from './rivals.ts';
import type { Mint } from './subject/mint.ts';

/** What a child is given in place of a credential that would end before it does. */
export type Supply = {
  /** Variables to set. */
  readonly environment: { readonly [name: string]: string };
  end(): Promise<void>;
};

/** How a supply is renewed. */
export type Source = {
  readonly broker: string;
  readonly role: string;
  /** A new subject token. */
  readonly mint: Mint;
  /** One more exchange with a new token. Throws `Error` with the reason when nothing was issued. */
  readonly renew: () => Promise<Issued>;
  readonly folder: Folder;
  readonly means: Pick<Means, 'now' | 'sleep'>;
};

/** Milliseconds between two looks at whether a file is due. */
const TICK = 15_000;

type OneOf<K extends Issued['kind']> = Extract<Issued, { kind: K }>;

async function aws(first: OneOf<'aws'>, { renew, folder, means }: Source): Promise<Supply> {
  const current = keeper<Issued>(first, renew, means);
  const door = await endpoint(async () => {
    const issued = await current();
    if (issued.kind !== 'aws') throw new Error('The role is no longer of the kind aws. Start again.');
    return issued.aws;
  });
  await folder.write('empty', '');
  const empty = folder.pathOf('empty');
  return {
    environment: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: door.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: door.token,
      AWS_SHARED_CREDENTIALS_FILE: empty,
      AWS_CONFIG_FILE: empty,
      // What fails here must not end in the machine's own role.
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    end: door.close,
  };
}

/**
 * Writes a file now, and again whenever what it holds was renewed. A failure leaves the old one in place.
 * Once the end that it gives has resolved, nothing is written any more.
 */
async function keptFile<T extends { readonly expiresAt: number }>(
  current: () => Promise<T>,
  write: (held: T) => Promise<void>,
  { sleep }: Source['means'],
): Promise<() => Promise<void>> {
  let ended = false;
  let held = await current();
  let writing = write(held);
  await writing;
  const loop = async (): Promise<void> => {
    while (!ended) {
      await sleep(TICK);
      const next = ended ? held : await current().catch(() => held);
      if (next === held || ended) continue;
      // What could not be written, as on a full disk, is tried again at the next look.
      writing = write(next).then(
        () => void (held = next),
        () => {},
      );
      await writing;
    }
  };
  void loop();
  return async () => {
    ended = true;
    await writing;
  };
}

/** Keeps the access token of a credential in this file. Gives what ends that. */
async function keepToken(
  first: OneOf<TokenKind>,
  name: string,
  source: Source,
): Promise<() => Promise<void>> {
  const { renew, folder, means } = source;
  const write = async (issued: Issued): Promise<void> => {
    if (issued.kind !== 'aws') await folder.write(name, issued.accessToken);
  };
  return keptFile(keeper<Issued>(first, renew, means), write, means);
}

type Dated = { readonly token: string; readonly expiresAt: number };

async function dated(mint: Mint): Promise<Dated> {
  const token = await mint();
  return { token, expiresAt: Number(readTokenClaims(splitToken(token))['exp']) };
}

/**
 * Google's libraries make the exchange themselves (AIP-4117): they need the subject token as a file. gcloud
 * asks for scopes of its own there, so it gets the access token, by a file that it reads anew for each command.
 */
async function gcp(first: OneOf<TokenKind>, source: Source): Promise<Supply> {
  const { broker, role, mint, folder, means } = source;
  const current = keeper(await dated(mint), () => dated(mint), means);
  const endSubject = await keptFile(current, ({ token }) => folder.write('subject-token', token), means);
  const endToken = await keepToken(first, 'access-token', source);
  const configuration = {
    type: 'external_account',
    audience: role,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${broker}/token`,
    credential_source: { file: folder.pathOf('subject-token') },
  };
  await folder.write('google.json', JSON.stringify(configuration));
  return {
    environment: {
      GOOGLE_APPLICATION_CREDENTIALS: folder.pathOf('google.json'),
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: folder.pathOf('access-token'),
    },
    end: async () => {
      await Promise.all([endSubject(), endToken()]);
    },
  };
}

/** Other tools read a variable once. The file is for whoever needs a token later than that. */
async function token(first: OneOf<TokenKind>, source: Source): Promise<Supply> {
  const end = await keepToken(first, 'token', source);
  return {
    environment: {
      ...listTokenVariables(first.kind, first.accessToken),
      KITE_STS_TOKEN_FILE: source.folder.pathOf('token'),
    },
    end,
  };
}

/** The environment of a child: what there was, without other credentials of the kind, and what it is supplied with. */
export function suppliedEnvironment(
  environment: { readonly [name: string]: string | undefined },
  kind: Issued['kind'],
  supplied: Supply,
): { readonly [name: string]: string | undefined } {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !RIVALS[kind].includes(name))),
    ...supplied.environment,
  };
}

/** Makes what keeps a child supplied with the credential of one role for as long as it lives. */
export function supply(first: Issued, source: Source): Promise<Supply> {
  if (first.kind === 'aws') return aws(first, source);
  return first.kind === 'gcp' ? gcp(first, source) : token(first, source);
}
