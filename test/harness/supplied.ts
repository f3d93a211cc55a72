import { exchange, type IssuedCredential } from '../../lib/client/client.ts';
import { createPrivateFolder, type PrivateFolder } from '../../lib/client/folder.ts';
import type { Clock } from '../../lib/client/keeper.ts';
import { createSupply, type Supply } from '../../lib/client/supply.ts';
import { brokerServer, testBroker } from './broker.ts';
import { atEnd } from './endings.ts';
import { tokenClaims } from './issuer.ts';
import { BUILDKITE, NOW } from './policy.ts';
import { stsSuccess, testSts } from './sts.ts';

const TRUST = `trust: [{ iss: ${BUILDKITE}, claims: { organization_slug: my-organization } }]\n`;
const ROLES = {
  deploy: `${TRUST}session: { seconds: 900 }\naws: { role_arn: "arn:aws:iam::123456789012:role/deploy" }\n`,
  publish: `${TRUST}session: { seconds: 300 }\njwt: { audience: https://packages.test.example }\n`,
};

type Sleep = Clock['sleep'];
export type Supplied = Supply & {
  readonly first: IssuedCredential;
  readonly minted: string[];
  readonly folder: PrivateFolder;
};

/** A broker and steps that it supplies, all by one clock, which a test alone moves. */
export type Supplying = {
  /** `early`: by how many seconds the clock of the issuer is behind. */
  readonly clock: { now: number; early: number };
  /** A subject token that lives for 5 minutes. */
  readonly mint: () => Promise<string>;
  /** What exec does for a role. */
  readonly supplied: (role: keyof typeof ROLES, sleep: Sleep) => Promise<Supplied>;
};

/** A private folder that is gone after the test file. */
export async function testFolder(): Promise<PrivateFolder> {
  const folder = await createPrivateFolder();
  atEnd(folder.remove);
  return folder;
}

/** STS sessions end 15 minutes after they were asked for, and have a key of their own. */
async function stsBy(now: () => number) {
  const sts = await testSts();
  sts.reply((form, response) => {
    const expiration = new Date((now() + 900) * 1000).toISOString();
    return stsSuccess({ expiration, secret: `secret${sts.calls.length}` })(form, response);
  });
  return sts;
}

export async function supplying(): Promise<Supplying> {
  const clock = { now: NOW, early: 0 };
  const now = (): number => clock.now;
  const { setting: aws } = await stsBy(now);
  const { broker, issuer } = await testBroker({ roles: ROLES, aws, now });
  const { url } = await brokerServer(broker);
  let tokens = 0;
  const mint = (): Promise<string> => {
    const iat = clock.now - clock.early;
    return issuer.sign(tokenClaims({ jti: `token-${tokens++}`, iat, nbf: iat, exp: iat + 300 }));
  };
  const supplied: Supplying['supplied'] = async (role, sleep) => {
    const minted: string[] = [];
    const subjectToken = async (): Promise<string> => {
      const token = await mint();
      minted.push(token);
      return token;
    };
    const renew = async (): Promise<IssuedCredential> => {
      const exchanged = await exchange({ broker: url, role, subjectToken }, { now, sleep });
      if (exchanged.outcome !== 'issued') throw new Error(JSON.stringify(exchanged));
      return exchanged;
    };
    const folder = await testFolder();
    const first = await renew();
    const source = { broker: url, role, mint: subjectToken, renew, folder, clock: { now, sleep } };
    return { ...(await createSupply(first, source)), first, minted, folder };
  };
  return { clock, mint, supplied };
}

/** For what a test does not wait for. */
export const never: Sleep = () => new Promise(() => {});

/** How often a file is looked at, in milliseconds. */
const LOOK = 15_000;

/** A look at each file for each call of `pass`, which resolves when all are done. What waits for another time waits for ever. */
export function ticks(): { readonly sleep: Sleep; readonly pass: () => Promise<void> } {
  let sleeping: (() => void)[] = [];
  let looked = (): void => {};
  return {
    sleep: ms =>
      new Promise<void>(resolve => {
        if (ms !== LOOK) return;
        sleeping.push(resolve);
        looked();
      }),
    pass: () =>
      new Promise(resolve => {
        const woken = sleeping;
        sleeping = [];
        looked = () => {
          if (sleeping.length === woken.length) resolve();
        };
        for (const wake of woken) wake();
      }),
  };
}
