/** The last mile as processes: what a command of `exec` gets from the helpers, and what stays on the disk. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { runMain } from '../../harness/command-line.ts';
import { emptyFolder, localBroker } from '../../harness/local.ts';
import { testServer } from '../../harness/server.ts';
import { buildkiteStep, FOR_BROKER } from '../../harness/step.ts';

const ECR = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const DOMAIN = 'acme-123456789012.d.codeartifact.eu-central-1.amazonaws.com';
const DATABASE = 'db.abc.eu-central-1.rds.amazonaws.com';
const PEM = 'a certificate';
const CA = createHash('sha256').update(PEM).digest('hex');
const SERVER = 'https://abc.gr7.eu-central-1.eks.amazonaws.com';
const REACH = [
  ECR,
  'public.ecr.aws',
  DOMAIN,
  `deploy@${DATABASE}:5432`,
  `eks/eu-central-1/prod=${SERVER}#${CA}`,
];

const PASSWORD = Buffer.from('AWS:a-password-of-ecr').toString('base64');
const ANSWERS: { readonly [target: string]: object } = {
  'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken': {
    authorizationData: [{ authorizationToken: PASSWORD }],
  },
  'SpencerFrontendService.GetAuthorizationToken': { authorizationData: { authorizationToken: PASSWORD } },
};

const broker = await localBroker();
const aws = await testServer(({ path, headers }) => {
  if (path.startsWith('/v1/authorization-token?domain=acme&domain-owner=123456789012'))
    return { status: 200, body: { authorizationToken: 'a-token-of-codeartifact', expiration: 1 } };
  const answer = ANSWERS[String(headers['x-amz-target'])];
  return answer
    ? { status: 200, body: answer }
    : { status: 400, body: { __type: 'com.amazonaws#AccessDeniedException' } };
});

/** A shell line as the command of `exec`, in a step of Buildkite, with these entries. */
async function ran(line: string, reach: readonly string[] = REACH) {
  const TMPDIR = emptyFolder();
  const HOME = emptyFolder();
  const { environment } = buildkiteStep(broker);
  const env = { ...environment, TMPDIR, HOME, KITE_STS_AWS_ENDPOINT: aws.url, PGSSLMODE: 'verify-full' };
  const entries = reach.flatMap(each => ['--reach', each]);
  const words = ['exec', '--role', 'deploy', ...FOR_BROKER, ...entries, '--', 'sh', '-c', line];
  return { ...(await runMain(words, env)), left: readdirSync(TMPDIR) };
}

const EXEC_INFO = JSON.stringify({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  spec: { cluster: { server: SERVER, 'certificate-authority-data': Buffer.from(PEM).toString('base64') } },
});

describe('a command of exec', () => {
  test('has the password of a registry by the helper that Docker finds, and nothing of it is on the disk', async () => {
    const { exits, out, left } = await ran(
      `for host in ${ECR} https://public.ecr.aws; do printf $host | docker-credential-kite-sts get; done; echo; grep -r password "$DOCKER_CONFIG"; cat "$DOCKER_CONFIG/config.json"`,
    );
    const [first = '', second = '', , config = ''] = out.split('\n');
    expect(exits).toBe(0);
    expect([first, second].map(each => JSON.parse(each))).toEqual([
      { ServerURL: ECR, Username: 'AWS', Secret: 'a-password-of-ecr' },
      { ServerURL: 'https://public.ecr.aws', Username: 'AWS', Secret: 'a-password-of-ecr' },
    ]);
    expect(JSON.parse(config).credHelpers).toEqual({ [ECR]: 'kite-sts', 'public.ecr.aws': 'kite-sts' });
    expect(left).toEqual([]);
  });

  test('T95: has nothing for a host that is not listed, whole', async () => {
    const { out } = await ran(
      `for host in ${ECR}.evil.io x.${ECR} docker.io; do printf $host | docker-credential-kite-sts get; echo "$?"; done`,
    );
    expect(out).toBe('credentials not found in native keychain\n1\n'.repeat(3));
  });

  test('may store and erase, which do nothing', async () => {
    const { out } = await ran(
      'for action in store erase list; do printf "{}" | docker-credential-kite-sts $action; echo "$?"; done',
    );
    expect(out).toBe('0\n0\n{}\n0\n');
  });

  test('has a token of the cluster that client-go asks, and a password of the database that it lists', async () => {
    const { out } = await ran(
      `KUBERNETES_EXEC_INFO='${EXEC_INFO}' kite-sts kube-credential; kite-sts rds-token --host ${DATABASE} --port 5432 --user deploy`,
    );
    const [credential = '', password = ''] = out.split('\n');
    expect(JSON.parse(credential).status.token).toMatch(/^k8s-aws-v1\./);
    expect(password).toMatch(
      /^db\.abc\.eu-central-1\.rds\.amazonaws\.com:5432\/\?Action=connect&DBUser=deploy&/,
    );
  });

  test('has a token of CodeArtifact, bare and as each tool wants it', async () => {
    const call = `kite-sts codeartifact --host ${DOMAIN}`;
    const { out } = await ran(
      `${call}; for tool in npm pip maven; do ${call} --for $tool --repository web; done`,
    );
    expect(out.split('\n').slice(0, 5)).toEqual([
      'a-token-of-codeartifact',
      `registry=https://${DOMAIN}/npm/web/`,
      `//${DOMAIN}/npm/web/:_authToken=a-token-of-codeartifact`,
      '[global]',
      `index-url = https://aws:a-token-of-codeartifact@${DOMAIN}/pypi/web/simple/`,
    ]);
    expect(out).toContain(`<url>https://${DOMAIN}/maven/web/</url>`);
  });

  test('T95: has nothing for a cluster, a database or a domain that is not listed, and none without its name being verified', async () => {
    const { out } = await ran(
      [
        `KUBERNETES_EXEC_INFO='${EXEC_INFO.replace(SERVER, 'https://evil.example')}' kite-sts kube-credential`,
        `kite-sts rds-token --host ${DATABASE}.evil.io --port 5432 --user deploy`,
        `kite-sts rds-token --host ${DATABASE} --port 5432 --user root`,
        `PGSSLMODE=require kite-sts rds-token --host ${DATABASE} --port 5432 --user deploy`,
        `kite-sts codeartifact --host evil-${DOMAIN}`,
      ]
        .map(each => `${each}; echo $?`)
        .join('\n'),
    );
    expect(out).toBe('1\n1\n1\n64\n1\n');
  });

  test('is not started where an entry is none', async () => {
    expect((await ran('true', [`${ECR}.evil.io`])).exits).toBe(64);
  });
});

test('a refusal of AWS names its reason, and no password is printed', async () => {
  const denying = await testServer(() => ({
    status: 400,
    body: { __type: 'com.amazonaws#AccessDeniedException' },
  }));
  const { out, error, exits } = await ran(
    `printf public.ecr.aws | KITE_STS_AWS_ENDPOINT=${denying.url} docker-credential-kite-sts get`,
  );
  expect([out, exits]).toEqual(['', 1]);
  expect(error).toContain('AccessDeniedException');
});

test('the token door of a registry gets the job’s own token, made for it alone', async () => {
  const entry = 'images.acme.example=https://images.acme.example/web';
  const ask = 'printf images.acme.example | docker-credential-kite-sts get';
  const { out } = await ran(ask, [entry]);
  const { Username, Secret } = JSON.parse(out);
  expect([Username, decodeJwt(Secret).aud]).toEqual(['kite-sts', 'https://images.acme.example/web']);
  // A token that the CI made for another place stays here.
  const [, body = ''] = Secret.split('.');
  const other = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('images.acme', 'other.acme'),
  ).toString('base64url');
  const given = Secret.replace(body, other);
  expect(await ran(`export KITE_STS_ID_TOKEN=${given}; ${ask}`, [entry])).toMatchObject({
    exits: 1,
    out: '',
  });
});
