import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TEAMS = ['data', 'mobile', 'payments', 'platform', 'risk', 'search', 'site', 'web'];

const BROKER = `url: https://sts.acme.example
issuers:
  - preset: buildkite
    require: { organization_slug: acme }
  - preset: github-actions
  - preset: gitlab
`;

/** What a job must be, in each vendor's words; every so many roles leave it out. */
const STATEMENTS = [
  (at: number) => `  - iss: https://agent.buildkite.com
    id: pipeline
    claims: { organization_slug: acme, pipeline_slug: service-${at}${at % 7 === 0 ? '' : ', build_branch: main, build_tag: null, build_source: webhook'} }
`,
  (at: number) => `  - iss: https://token.actions.githubusercontent.com
    id: workflow
    claims: { repository_owner: acme, repository_owner_id: "1001", repository: acme/service-${at}${at % 6 === 0 ? '' : ', ref: refs/heads/main, event_name: push'} }
`,
  (at: number) => `  - iss: https://gitlab.com
    id: project
    claims: { namespace_path: acme, project_path: acme/service-${at}${at % 11 === 0 ? '' : ', ref: main, ref_type: branch, ref_protected: "true", pipeline_source: push'} }
`,
];

/** Which of them each role has. */
const VENDORS = [[0], [1], [2], [0, 1], [1, 2]];

function writeTarget(at: number, name: string): string {
  if (at % 4 === 0) return `jwt: { audience: https://service-${at}.acme.example }\n`;
  const policy = `
  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::service-${at}/*"] }] }`;
  return `aws:
  role_arn: arn:aws:iam::${111122223000 + (at % 40)}:role/${name}${at % 3 === 0 ? policy : ''}\n`;
}

function writeRole(at: number, team: string, name: string): string {
  const vendors = VENDORS[at % VENDORS.length] ?? [];
  return `description: What service ${at} deploys with.
${at % 13 === 0 ? '' : `contact: "#team-${team}"\n`}trust:
${vendors.map(vendor => STATEMENTS[vendor]?.(at)).join('')}${writeTarget(at, name)}`;
}

/** Of every fiftieth role one case fails. */
function writeCases(at: number): string {
  return `cases:
  - name: main is allowed
    from: buildkite/push
    claims: { organization_slug: acme, pipeline_slug: service-${at}, build_branch: main }
    allow: pipeline
  - name: another pipeline is denied
    from: main is allowed
    claims: { pipeline_slug: other }
    ${at % 50 === 0 ? 'allow: pipeline' : 'deny: no_statement_holds'}
`;
}

/** Writes a configuration of so many roles of eight teams, as a grown company has them. */
export function writeCrowd(folder: string, count: number): void {
  mkdirSync(join(folder, 'roles'), { recursive: true });
  writeFileSync(join(folder, 'broker.yml'), BROKER);
  const teams = TEAMS.map(
    team => `  ${team}:
    owners: ["@acme/team-${team}"]
    roles: ["${team}-*"]
    targets: { aws: ["*"], jwt: ["*"] }
`,
  );
  writeFileSync(join(folder, 'teams.yml'), `owners: ["@acme/platform"]\nteams:\n${teams.join('')}`);
  for (let at = 0; at < count; at++) {
    const team = TEAMS[at % TEAMS.length] ?? '';
    const name = `${team}-service-${at}`;
    writeFileSync(join(folder, 'roles', `${name}.yml`), writeRole(at, team, name));
    if (at % 2 === 0 && VENDORS[at % VENDORS.length]?.includes(0))
      writeFileSync(join(folder, 'roles', `${name}.test.yml`), writeCases(at));
  }
}
