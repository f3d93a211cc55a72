import { ARN, allowing, type Dangerous, denying, type Sensible } from './role.ts';

const ORG = 'organization_slug: acme';
const WEB = `${ORG}, pipeline_slug: web`;
const PUSH = 'build_tag: null, build_source: webhook';
const MAIN = `${WEB}, build_branch: main, ${PUSH}`;

export const buildkite: readonly Dangerous[] = [
  [`${WEB}, build_branch: main`, 'job-kind-admitted manual'],
  [`${WEB}, build_branch: main, build_tag: null`, 'job-kind-admitted api'],
  [`${WEB}, build_branch: main, build_source: webhook`, 'job-kind-admitted any-tag'],
  [WEB, 'job-kind-admitted any-branch'],
  [`${WEB}, ${PUSH}`, 'job-kind-admitted fork-pull-request'],
  [
    `${WEB}, build_branch: main, build_tag: null, build_source: { in: [webhook, ui] }`,
    'job-kind-admitted manual',
  ],
  [
    `${WEB}, build_branch: main, build_tag: null, build_source: { in: [webhook, api] }`,
    'job-kind-admitted api',
  ],
  [
    `${WEB}, build_branch: main, build_tag: null, build_source: { not_equals: ui }`,
    'job-kind-admitted trigger',
  ],
  [`${WEB}, build_branch: main, build_tag: null, build_source: { matches: "*" }`, 'job-kind-admitted manual'],
  [`${WEB}, build_branch: { matches: "*" }, ${PUSH}`, 'job-kind-admitted any-branch'],
  [`${WEB}, build_branch: { not_equals: dev }, ${PUSH}`, 'job-kind-admitted any-branch'],
  [`${WEB}, build_branch: { not_in: [dev, test] }, ${PUSH}`, 'job-kind-admitted fork-pull-request'],
  [`${WEB}, build_tag: { not_equals: null }`, 'job-kind-admitted any-tag'],
  [`${WEB}, build_tag: { matches: "*" }, build_source: webhook`, 'job-kind-admitted any-tag'],
  [ORG, 'pipeline-unbound every pipeline'],
  [`${ORG}, build_branch: main, ${PUSH}`, 'pipeline-unbound every pipeline'],
  [`${ORG}, pipeline_slug: { matches: "*" }, build_branch: main, ${PUSH}`, 'pipeline-unbound every pipeline'],
  [
    `${ORG}, pipeline_slug: { not_equals: web }, build_branch: main, ${PUSH}`,
    'pipeline-unbound every pipeline',
  ],
  [`${ORG}, queue_key: deploy, build_branch: main, ${PUSH}`, 'pipeline-unbound every pipeline'],
  [`${ORG}, step_key: deploy, build_branch: main, ${PUSH}`, 'pipeline-unbound every pipeline'],
  [`${ORG}, sub: { matches: "organization:acme:*" }`, 'pipeline-unbound every pipeline'],
  [
    `${ORG}, sub: { matches: "organization:acme:pipeline:*:ref:refs/heads/main:*" }`,
    'pipeline-unbound every pipeline',
  ],
  [`${ORG}, sub: { matches: "organization:acme:pipeline:web:*" }`, 'rule-on-sub sub'],
  [`${ORG}, sub: "organization:acme:pipeline:web:ref:refs/heads/main:*"`, 'value-impossible *'],
  [`${ORG}, pipeline_slug: { matches: "web*" }, build_branch: main, ${PUSH}`, 'pattern-open-end web-evil'],
  [`${ORG}, pipeline_slug: { matches: "*-web" }, build_branch: main, ${PUSH}`, 'pattern-open-end evil-web'],
  [`${WEB}, build_branch: { matches: "main*" }, ${PUSH}`, 'pattern-open-end main-evil'],
  [`${WEB}, build_branch: { matches: "*main" }, ${PUSH}`, 'pattern-open-end evilmain'],
  [`${WEB}, build_branch: { matches: "*:main" }, ${PUSH}`, 'pattern-open-end evil:main'],
  [`${WEB}, build_branch: { matches: "main?" }, ${PUSH}`, 'pattern-open-end mainx'],
  [`${WEB}, build_branch: "release/*", ${PUSH}`, 'value-impossible matches takes patterns'],
  [`${WEB}, build_branch: { in: [main, "release/*"] }, ${PUSH}`, 'value-impossible matches takes patterns'],
  [`${WEB}, build_branch: { matches: "^main$" }, ${PUSH}`, 'value-impossible regular expression'],
  [`${WEB}, build_branch: { matches: "release-.*" }, ${PUSH}`, 'value-suspect regular expression'],
  [`${WEB}, build_branch: { matches: "(main|dev)" }, ${PUSH}`, 'value-suspect regular expression'],
  [`${WEB}, build_branch: main|dev, ${PUSH}`, 'value-suspect regular expression'],
  [`${WEB}, build_branch: “main”, ${PUSH}`, 'value-suspect curly quote'],
  [`${WEB}, build_branch: mаin, ${PUSH}`, 'value-suspect Cyrillic'],
  [`${WEB}, build_branch: "main ", ${PUSH}`, 'value-impossible space'],
  [`${WEB}, build_branch: refs/heads/main, ${PUSH}`, 'value-never-sent refs/heads/'],
  [`${WEB}, build_tag: refs/tags/v1, build_source: webhook`, 'value-never-sent refs/tags/'],
  [`${WEB}, build_branch: main, build_tag: null, build_source: push`, 'value-never-sent webhook'],
  [`${MAIN}, build_commit: main`, 'value-never-sent commit'],
  [`${MAIN}, organization_id: 0184990a-477b-4fa8-9968-496074483k77`, 'value-never-sent UUID'],
  [`${ORG}, pipeline_slug: acme/web, build_branch: main, ${PUSH}`, 'value-impossible slug'],
  [`${ORG}, pipeline_slug: Web, build_branch: main, ${PUSH}`, 'value-impossible capital'],
  [`organization_slug: асme, pipeline_slug: web, build_branch: main, ${PUSH}`, 'value-impossible Cyrillic'],
  ['organization_slug: { matches: "acme*" }, pipeline_slug: web', 'binding-missing organization_slug'],
  ['pipeline_slug: web', 'binding-missing organization_slug'],
  [MAIN, 'value-impossible matches takes patterns', denying('buildkite', 'build_branch: "dependabot/*"')],
  [MAIN, 'deny-denies-nothing deny[0]', denying('buildkite', 'pipeline_slug: wbe')],
  [MAIN, 'role-unreachable denies', denying('buildkite', 'pipeline_slug: { matches: "w*" }')],
  [`${WEB}, build_branch: { equals: main, not_equals: main }, ${PUSH}`, 'statement-never-holds trust[0]'],
  [
    `${ORG}, pipeline_slug: { matches: "web-*" }, build_branch: main, ${PUSH}`,
    'slots-run-together pipeline_slug',
    `aws: { ${ARN}, tags: { job: "\${pipeline_slug}-\${build_branch}" } }`,
  ],
  [MAIN, 'policy-narrows-nothing every action', allowing('Effect: Allow, Action: "*", Resource: "*"')],
  [MAIN, 'unknown-key Efect', allowing('Efect: Allow, Action: "s3:*", Resource: "*"')],
  [
    `${WEB}, build_branch: { matches: "preview/*" }, ${PUSH}`,
    'template-by-pattern build_branch',
    allowing('Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::a/${build_branch}/*"'),
  ],
  [
    MAIN,
    'policy-beside-arns',
    `aws: { ${ARN}, policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"], policy: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "s3:*", Resource: "*" } } }`,
  ],
];

export const sensibleOnBuildkite: readonly Sensible[] = [
  [MAIN],
  [
    `organization_id: 0184990a-477b-4fa8-9968-496074483cee, pipeline_id: 0184990a-477b-4fa8-9968-496074483cef, build_branch: main, ${PUSH}`,
  ],
  [`${WEB}, build_branch: { in: [main, next] }, ${PUSH}`],
  [`${WEB}, build_branch: main, build_tag: null, build_source: { in: [webhook, schedule] }`],
  [`${WEB}, build_branch: main, build_tag: null, build_source: schedule`],
  [`${ORG}, pipeline_slug: { in: [web, api] }, build_branch: main, ${PUSH}`],
  [`${ORG}, pipeline_slug: { matches: "web-*" }, build_branch: main, ${PUSH}`],
  [`${WEB}, build_branch: { matches: "release/*" }, ${PUSH}`],
  [`${WEB}, build_branch: { matches: "release-*" }, ${PUSH}`],
  [`${WEB}, build_tag: { matches: "v*" }, build_source: webhook`],
  [`${WEB}, build_tag: { matches: "v1.*" }, build_source: webhook`],
  [`${MAIN}, step_key: deploy`],
  [`${MAIN}, queue_key: deploy`],
  [`${MAIN}, runner_environment: self-hosted`],
  [MAIN, denying('buildkite', 'queue_key: untrusted')],
  [
    `${WEB}, build_branch: { matches: "release/*" }, ${PUSH}`,
    denying('buildkite', 'build_branch: { matches: "release/old-*" }'),
  ],
  [MAIN, allowing('Effect: Allow, Action: "s3:PutObject", Resource: "arn:aws:s3:::a/${pipeline_slug}/*"')],
  [MAIN, `aws: { ${ARN}, tags: { pipeline: "\${pipeline_slug}", branch: "\${build_branch}" } }`],
  [MAIN, `aws: { ${ARN}, tags: { job: "\${pipeline_slug}/\${build_branch}" } }`],
  [
    `${MAIN}, build_branch: { not_equals: dev }`
      .replace('build_branch: main, ', '')
      .replace('{ not_equals: dev }', '{ in: [main], not_equals: dev }'),
  ],
];
