import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { createCircleciMint } from '../../../lib/client/subject/circleci.ts';
import { type MintSettings, NoSubjectToken } from '../../../lib/client/subject/mint.ts';
import { createProgramRunner } from '../../../lib/client/subject/program.ts';
import { folderOf } from '../../harness/local.ts';

const WISH = {
  audience: 'https://sts.acme.example',
  claims: [],
  lifetime: undefined,
  subjectClaim: undefined,
};

/** Takes what `circleci run oidc get` takes, and prints a token of these claims. */
const STUB = `#!/bin/sh
[ "$1 $2 $3 $4" = 'run oidc get --claims' ] || exit 64
printf 'aa.%s.cc\\n' "$(printf %s "$5" | base64 | tr -d '=\\n')"
`;

function stepWith(environment: MintSettings['environment']): MintSettings {
  return {
    environment,
    run: createProgramRunner(environment),
    fetch: () => Promise.reject(new Error('nothing is fetched')),
  };
}

function withProgram(program: string): MintSettings {
  const folder = folderOf({ circleci: program });
  chmodSync(join(folder, 'circleci'), 0o755);
  return stepWith({ PATH: `${folder}${delimiter}${process.env['PATH']}`, CIRCLE_OIDC_TOKEN_V2: 'vv.vv.vv' });
}

test('its program is asked for a token with the audience', async () => {
  const [, claims = ''] = (await createCircleciMint(WISH, withProgram(STUB))()).split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({ aud: WISH.audience });
});

test('where its program is not there, its variable is taken', async () => {
  const step = stepWith({ PATH: '/nowhere', CIRCLE_OIDC_TOKEN_V2: 'vv.vv.vv' });
  expect(await createCircleciMint(WISH, step)()).toBe('vv.vv.vv');
});

test.each([
  ['neither program nor variable', stepWith({ PATH: '/nowhere' })],
  ['a program that fails, though there is the variable', withProgram('#!/bin/sh\nexit 1\n')],
])('there is no token from %s', async (_name, step) => {
  await expect(createCircleciMint(WISH, step)()).rejects.toThrow(NoSubjectToken);
});
