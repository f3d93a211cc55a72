import { listTokenVariables } from '../protocols/variables.ts';
import { readTokenClaims, splitToken } from '../token/jws.ts';
import type { IssuedCredential, TokenKind } from './answer.ts';
import { serveKeys } from './endpoint.ts';
import type { PrivateFolder } from './folder.ts';
import { type Clock, createKeeper } from './keeper.ts';
import { RIVALS } from './rivals.ts';
import type { MintToken } from './subject/mint.ts';

/** A supply of a child with what it needs, in place of a credential that would end before it does. */
export type Supply = {
  /** Variables to set. */
  readonly environment: { readonly [name: string]: string };
  end(): Promise<void>;
};

/** How a supply is renewed. */
export type SupplySource = {
  readonly broker: string;
  readonly role: string;
  /** A new subject token. */
  readonly mint: MintToken;
  /** One more exchange with a new token. Throws `Error` with the reason when nothing was issued. */
  readonly renew: () => Promise<IssuedCredential>;
  readonly folder: PrivateFolder;
  readonly clock: Clock;
};

/** Milliseconds between two looks at whether a file is due. */
const TICK = 15_000;

type OneOf<K extends IssuedCredential['kind']> = Extract<IssuedCredential, { kind: K }>;

async function supplyAws(first: OneOf<'aws'>, source: SupplySource): Promise<Supply> {
  const { renew, folder, clock } = source;
  const current = createKeeper<IssuedCredential>(first, renew, clock);
  const door = await serveKeys(async () => {
    const issued = await current();
    if (issued.kind !== 'aws') throw new Error('The role is no longer of the kind aws. Start again.');
    return issued.aws;
  });
  await folder.write('empty', '');
  const empty = folder.resolve('empty');
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
async function keepFile<T extends { readonly expiresAt: number }>(
  current: () => Promise<T>,
  write: (held: T) => Promise<void>,
  clock: Clock,
): Promise<() => Promise<void>> {
  let ended = false;
  let held = await current();
  let writing = write(held);
  await writing;
  const loop = async (): Promise<void> => {
    while (!ended) {
      await clock.sleep(TICK);
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
  source: SupplySource,
): Promise<() => Promise<void>> {
  const { renew, folder, clock } = source;
  const write = async (issued: IssuedCredential): Promise<void> => {
    if (issued.kind !== 'aws') await folder.write(name, issued.accessToken);
  };
  return keepFile(createKeeper<IssuedCredential>(first, renew, clock), write, clock);
}

type DatedToken = { readonly token: string; readonly expiresAt: number };

async function mintDated(mint: MintToken): Promise<DatedToken> {
  const token = await mint();
  return { token, expiresAt: Number(readTokenClaims(splitToken(token))['exp']) };
}

/**
 * Google's libraries make the exchange themselves (AIP-4117): they need the subject token as a file. gcloud
 * asks for scopes of its own there, so it gets the access token, by a file that it reads anew for each command.
 */
async function supplyGcp(first: OneOf<TokenKind>, source: SupplySource): Promise<Supply> {
  const { broker, role, mint, folder, clock } = source;
  const current = createKeeper(await mintDated(mint), () => mintDated(mint), clock);
  const endSubject = await keepFile(current, ({ token }) => folder.write('subject-token', token), clock);
  const endToken = await keepToken(first, 'access-token', source);
  const configuration = {
    type: 'external_account',
    audience: role,
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${broker}/token`,
    credential_source: { file: folder.resolve('subject-token') },
  };
  await folder.write('google.json', JSON.stringify(configuration));
  return {
    environment: {
      GOOGLE_APPLICATION_CREDENTIALS: folder.resolve('google.json'),
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: folder.resolve('access-token'),
    },
    end: async () => void (await Promise.all([endSubject(), endToken()])),
  };
}

/** Other tools read a variable once. The file is for whoever needs a token later than that. */
async function supplyToken(first: OneOf<TokenKind>, source: SupplySource): Promise<Supply> {
  const end = await keepToken(first, 'token', source);
  return {
    environment: {
      ...listTokenVariables(first.kind, first.accessToken),
      KITE_STS_TOKEN_FILE: source.folder.resolve('token'),
    },
    end,
  };
}

/** The environment of a child: what there was, without other credentials of the kind, and what it is supplied with. */
export function composeEnvironment(
  environment: { readonly [name: string]: string | undefined },
  kind: IssuedCredential['kind'],
  supplied: Supply,
): { readonly [name: string]: string | undefined } {
  return {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !RIVALS[kind].includes(name))),
    ...supplied.environment,
  };
}

/** Makes what keeps a child supplied with the credential of one role for as long as it lives. */
export function createSupply(first: IssuedCredential, source: SupplySource): Promise<Supply> {
  if (first.kind === 'aws') return supplyAws(first, source);
  return first.kind === 'gcp' ? supplyGcp(first, source) : supplyToken(first, source);
}
