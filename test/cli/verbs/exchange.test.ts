import { describe, expect, test } from 'vitest';
import { runLine } from '../../harness/command-line.ts';
import { exchangeAt, localBroker } from '../../harness/local.ts';
import { testServer } from '../../harness/server.ts';
import { buildkiteStep, FOR_BROKER } from '../../harness/step.ts';

const broker = await localBroker();
const step = buildkiteStep(broker);

function exchanged(role: string, ...words: string[]) {
  return runLine(['exchange', '--role', role, ...FOR_BROKER, ...words], step.environment);
}

/** The names before `=` of each line. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/^(\w+)=/gm)].map(([, name = '']) => name);
}

describe('a credential', () => {
  test.each(['deploy', 'publish'])('of %s is printed with the names of the text answer', async role => {
    const { exits, out, error } = await exchanged(role);
    expect([exits, error]).toEqual([0, '']);
    const { text } = await exchangeAt(broker.port, role, { accept: 'text/plain' });
    expect(namesIn(out)).toEqual(namesIn(text));
    expect(out.split('\n')[0]).toBe(text.split('\n')[0]);
  });

  test('is a shell line as it stands', async () => {
    const { out } = await exchanged('deploy');
    for (const line of out.trimEnd().split('\n')) expect(line).toMatch(/^\w+=[\w+/=.,:@%~-]+$/);
  });

  test('is the result of the typed client as JSON', async () => {
    const { exits, out } = await exchanged('publish', '--json', '--expires-in', '60');
    expect(exits).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      outcome: 'issued',
      kind: 'jwt',
      accessToken: expect.any(String),
    });
  });

  test('that a shell would not take as it stands is not printed', async () => {
    const odd = await testServer(() => ({
      status: 200,
      body: { kind: 'github', access_token: 'ghs_$(id)', expires_in: 3600 },
    }));
    const words = ['exchange', '--role', 'web', '--broker', odd.url];
    const { exits, out, error } = await runLine(words, step.environment);
    expect([exits, out]).toEqual([1, '']);
    expect(error).toContain('GITHUB_TOKEN');
    expect(error).not.toContain('ghs_');
  });
});

describe('a refusal exits with 2, prints no credential, and tells', () => {
  test('the code, the decision, the page and the claims that stood in the way', async () => {
    const { exits, out, error } = await exchanged('release');
    expect([exits, out]).toEqual([2, '']);
    expect(error).toMatch(
      /^\^\^\^ \+\+\+\nNo credential for the role release from http:\/\/127\.0\.0\.1:\d+\n/,
    );
    expect(error).toMatch(/^ {2}trust_not_met: /m);
    expect(error).toMatch(/^ {2}decision [0-9a-f-]{36}$/m);
    expect(error).toMatch(/^ {2}claim {4}build_tag differs; the token says: null$/m);
    expect(error).toMatch(/^ {2}page {5}http:\/\/127\.0\.0\.1:\d+\/errors\/trust_not_met$/m);
  });

  test('the same as JSON, on standard error too', async () => {
    const { exits, out, error } = await exchanged('release', '--json');
    expect([exits, out]).toEqual([2, '']);
    expect(JSON.parse(error)).toMatchObject({ outcome: 'refused', code: 'trust_not_met', status: 400 });
  });

  test('what to do about a token for another audience', async () => {
    const { exits, error } = await runLine(['exchange', '--role', 'deploy'], step.environment);
    expect(exits).toBe(2);
    expect(error).toContain('token_audience_differs');
  });
});

test('T54: no secret is on standard error, and no subject token anywhere', async () => {
  const answers = [
    await exchanged('publish'),
    await exchanged('release'),
    await exchanged('deploy', '--json'),
  ];
  const said = answers.map(({ out, error }) => out + error).join('');
  for (const token of step.minted()) expect(said).not.toContain(token);
  expect(said).not.toContain('agent-access-token');
  expect(answers[0]?.error).toBe('');
});
