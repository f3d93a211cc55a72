import { runLine } from '../harness/command-line.ts';
import { rawServer, type Said, testServer } from '../harness/server.ts';
import { type Attack, attack, type Send } from './harness.ts';

const TOKEN = { KITE_STS_ID_TOKEN: 'aa.bb.cc' };
const ISSUED = { kind: 'jwt', access_token: 'canary', expires_in: 300 };

/** What a step gets from a broker that says this: its exit code, and what of it is wrong. */
function toldBy(said: Said, look: (out: string) => string = () => ''): Send {
  return async () => {
    const broker = await testServer(() => said);
    const ran = await runLine(['exchange', '--broker', broker.url, '--role', 'web', '--timeout', '2'], TOKEN);
    return `exit ${ran.exits}${look(ran.out + ran.error)}`;
  };
}

function refusal(more: object): Said {
  return { status: 400, body: { error: 'invalid_target', code: 'trust_not_met', decision_id: 'd', ...more } };
}
const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
function moves(out: string): string {
  return MOVES.test(out) ? ', moves the terminal' : ', prints text alone';
}

/** At a step that asks, by whoever answers in the broker's or the CI's place. */
export const attacks: readonly Attack[] = [
  attack('T-13', 'a redirect, by which the token would be sent on', 'exit 1, the thief saw 0', async () => {
    const thief = await testServer(() => ({ status: 200, body: ISSUED }));
    const send = toldBy({ status: 307, headers: { location: `${thief.url}/token` } });
    return `${await send(undefined as never)}, the thief saw ${thief.asked.length}`;
  }),
  attack(
    'T-13',
    'a broker without TLS, elsewhere than on this machine',
    'exit 64',
    async () =>
      `exit ${(await runLine(['exchange', '--broker', 'http://sts.acme.example', '--role', 'web'], TOKEN)).exits}`,
  ),
  attack(
    'T66',
    'a refusal with what moves a terminal and begins a line of its own',
    'exit 2, prints text alone',
    toldBy(
      refusal({
        error_description: 'a\u001b[2J\r\nb\u202e',
        contact: '\u001b]1339;url=evil\u0007',
        claims: [],
      }),
      moves,
    ),
  ),
  attack(
    'T54',
    'a token with a line that a shell would run',
    'exit 1, does not give it',
    toldBy({ status: 200, body: { ...ISSUED, access_token: 'a\nLD_PRELOAD=/evil.so' } }, out =>
      out.includes('\nLD_PRELOAD') ? ', gives it' : ', does not give it',
    ),
  ),
  attack('T-13', 'a page in the place of an answer', 'exit 1', toldBy({ status: 200, body: '<html>' })),
  attack(
    'T-13',
    'an answer without end',
    'exit 1',
    toldBy({ status: 200, body: 'A'.repeat(1_000_000), headers: { 'transfer-encoding': 'chunked' } }),
  ),
  attack(
    'T-13',
    'a door of the CI that redirects whoever asks it for a token',
    'exit 1, the thief saw 0',
    async () => {
      const thief = await testServer(() => ({ status: 200, body: { value: 'aa.bb.cc' } }));
      const door = await testServer(() => ({ status: 302, headers: { location: thief.url } }));
      const step = {
        GITHUB_ACTIONS: 'true',
        ACTIONS_ID_TOKEN_REQUEST_URL: door.url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
      };
      const { exits } = await runLine(['exchange', '--broker', door.url, '--role', 'web'], step);
      return `exit ${exits}, the thief saw ${thief.asked.length}`;
    },
  ),
  attack('T-13', 'a broker that takes the request and says nothing', 'exit 1', async () => {
    const url = `http://127.0.0.1:${await rawServer(() => {})}`;
    const words = ['exchange', '--broker', url, '--role', 'web', '--timeout', '1'];
    return `exit ${(await runLine(words, TOKEN)).exits}`;
  }),
];
