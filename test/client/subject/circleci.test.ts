import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { circleci } from '../../../lib/client/subject/circleci.ts';
import { NoSubjectToken, type Step } from '../../../lib/client/subject/mint.ts';
import { programIn } from '../../../lib/client/subject/program.ts';
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

function stepWith(environment: Step['environment']): Step {
  return {
    environment,
    run: programIn(environment),
    fetch: () => Promise.reject(new Error('nothing is fetched')),
  };
}

function withProgram(program: string): Step {
  const folder = folderOf({ circleci: program });
  chmodSync(join(folder, 'circleci'), 0o755);
  return stepWith({ PATH: `${folder}${delimiter}${process.env['PATH']}`, CIRCLE_OIDC_TOKEN_V2: 'vv.vv.vv' });
}

test('its program is asked for a token with the audience', async () => {
  const [, claims = ''] = (await circleci(WISH, withProgram(STUB))()).split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64').toString())).toEqual({ aud: WISH.audience });
});

test('where its program is not there, its variable is taken', async () => {
  const step = stepWith({ PATH: '/nowhere', CIRCLE_OIDC_TOKEN_V2: 'vv.vv.vv' });
  expect(await circleci(WISH, step)()).toBe('vv.vv.vv');
});

test.each([
  ['neither program nor variable', stepWith({ PATH: '/nowhere' })],
  ['a program that fails, though there is the variable', withProgram('#!/bin/sh\nexit 1\n')],
])('there is no token from %s', async (_name, step) => {
  await expect(circleci(WISH, step)()).rejects.toThrow(NoSubjectToken);
});
