import { describe, expect, test } from 'vitest';
import { Complaints } from '../../../lib/language/complaint.ts';
import { parseMapping } from '../../../lib/language/parse.ts';
import { compileRole, parseRole } from '../../../lib/language/role.ts';
import { lintPolicies } from '../../../lib/review/lint/lint.ts';
import { ISSUERS, NOW, rowsFrom, settingOf } from '../../harness/policy.ts';
import { buildkite, sensibleOnBuildkite } from './dangerous/buildkite.ts';
import { github, sensibleOnGithub } from './dangerous/github.ts';
import { gitlab, sensibleOnGitlab } from './dangerous/gitlab.ts';
import {
  aws,
  azure,
  bitbucket,
  circleci,
  cluster,
  google,
  sensibleOnOthers,
  terraform,
} from './dangerous/others.ts';
import { type Dangerous, ISSUER, type IssuerName, JWT, type Sensible } from './dangerous/role.ts';

const ROWS = rowsFrom(
  `${ISSUERS}\n- issuer: ${ISSUER.cluster}\n  jwks_uri: ${ISSUER.cluster}/keys\n  single_tenant: true\n`,
);
const SETTING = settingOf(ROWS);

const DANGEROUS: { readonly [issuer in IssuerName]: readonly Dangerous[] } = {
  buildkite,
  github,
  gitlab,
  circleci,
  azure,
  bitbucket,
  google,
  aws,
  terraform,
  cluster,
};
const SENSIBLE: { readonly [issuer: string]: readonly Sensible[] } = {
  buildkite: sensibleOnBuildkite,
  github: sensibleOnGithub,
  gitlab: sensibleOnGitlab,
  ...sensibleOnOthers,
};

function roleOf(issuer: string, claims: string, rest = JWT): string {
  return `contact: "#us"\ntrust:\n  - iss: ${ISSUER[issuer as IssuerName]}\n    claims: { ${claims} }\n${rest}\n`;
}

/** All that is said of a role, errors and warnings, each as its rule and its words. */
function listSaid(text: string): string[] {
  const complaints = new Complaints();
  const document = parseRole('tested', 'roles/tested.yml', text, complaints);
  const compiled = document && compileRole(document, SETTING, complaints);
  const broker = parseMapping('broker.yml', `url: ${SETTING.audience}\n`, complaints, '');
  if (!document || !compiled || !broker || complaints.all.length > 0)
    return complaints.all.map(({ rule, message }) => `${rule} ${message}`);
  const policies = [{ compiled, tree: document.tree }];
  const { findings } = lintPolicies({ rows: ROWS }, { broker, policies }, new Map(), NOW);
  return findings.filter(({ level }) => level !== 'note').map(({ rule, message }) => `${rule} ${message}`);
}

function isSaid(said: readonly string[], wanted: string): boolean {
  const [rule = '', ...words] = wanted.split(' ');
  return said.some(each => each.startsWith(`${rule} `) && each.includes(words.join(' ')));
}

test('there are enough of both, of enough issuers', () => {
  const counted = (sets: object): number => Object.values(sets).flat().length;
  expect(counted(DANGEROUS)).toBeGreaterThanOrEqual(120);
  expect(counted(SENSIBLE)).toBeGreaterThanOrEqual(60);
  expect(Object.keys(DANGEROUS).length).toBeGreaterThanOrEqual(9);
});

describe.each(Object.entries(DANGEROUS))('of %s, each dangerous role is warned of', (issuer, roles) => {
  test.each(roles.map(([claims, wanted, rest]) => ({ claims, wanted, rest })))(
    '$claims: $wanted',
    ({ claims, wanted, rest }) => {
      const said = listSaid(roleOf(issuer, claims, rest));
      expect(isSaid(said, wanted) || said).toBe(true);
    },
  );
});

describe.each(Object.entries(SENSIBLE))('of %s, nothing is said of a sensible role', (issuer, roles) => {
  test.each(roles.map(([claims, rest]) => ({ claims, rest })))('$claims', ({ claims, rest }) => {
    expect(listSaid(roleOf(issuer, claims, rest))).toEqual([]);
  });
});
