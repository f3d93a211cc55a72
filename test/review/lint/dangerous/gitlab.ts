import { type Dangerous, denying, type Sensible } from './role.ts';

const WEB = 'project_id: "20"';
const MAIN = `${WEB}, ref: main, ref_type: branch, ref_protected: "true"`;
const GROUP = 'namespace_path: acme';
const SAFE = 'ref: main, ref_type: branch, ref_protected: "true"';

export const gitlab: readonly Dangerous[] = [
  [WEB, 'job-kind-admitted unprotected'],
  [`${WEB}, ref: main`, 'job-kind-admitted unprotected'],
  [`${WEB}, ref: main, ref_type: branch`, 'job-kind-admitted unprotected'],
  [`${WEB}, ref: main`, 'job-kind-admitted any-tag'],
  [`${WEB}, ref_type: tag`, 'job-kind-admitted any-tag'],
  [`${WEB}, environment: production`, 'job-kind-admitted unprotected'],
  [`${WEB}, pipeline_source: merge_request_event`, 'job-kind-admitted merge_request'],
  [`${WEB}, pipeline_source: push`, 'job-kind-admitted unprotected'],
  [`${WEB}, user_login: alice`, 'job-kind-admitted unprotected'],
  [`${GROUP}, ${SAFE}`, 'pipeline-unbound every project'],
  [`${GROUP}, user_login: alice, ${SAFE}`, 'pipeline-unbound every project'],
  [`${GROUP}, project_path: { matches: "acme/*" }, ${SAFE}`, 'pipeline-unbound every project'],
  [
    `${GROUP}, sub: { matches: "project_path:acme/*:ref_type:branch:ref:main" }`,
    'pipeline-unbound every project',
  ],
  [`${WEB}, sub: { matches: "project_path:acme/web:*" }`, 'rule-on-sub sub'],
  [`${GROUP}, project_path: { matches: "acme/web*" }, ${SAFE}`, 'pattern-open-end web-evil'],
  [
    `${WEB}, ref: { matches: "main*" }, ref_type: branch, ref_protected: "true"`,
    'pattern-open-end main-evil',
  ],
  [`${MAIN}, environment: { matches: "prod-*" }`, 'pattern-open-end prod-evil'],
  [`${WEB}, ref: refs/heads/main, ref_protected: "true"`, 'value-never-sent refs/'],
  [`${WEB}, ref: "release/*", ref_protected: "true"`, 'value-impossible matches takes patterns'],
  [`${WEB}, ref: main, ref_protected: "True"`, 'value-impossible true, false'],
  [`${WEB}, ref: main, ref_protected: "yes"`, 'value-impossible true, false'],
  [`${MAIN}, pipeline_source: pull_request`, 'value-never-sent merge_request_event'],
  [`${MAIN}, sha: 8d3ac1f`, 'value-impossible commit'],
  [`project_id: acme/web, ${SAFE}`, 'value-impossible number'],
  [`${GROUP}, project_path: web, ${SAFE}`, 'value-impossible group/project'],
  [MAIN, 'deny-strikes-absent environment', denying('gitlab', 'environment: staging')],
];

export const sensibleOnGitlab: readonly Sensible[] = [
  [MAIN],
  [`${WEB}, namespace_id: "7", ${SAFE}`],
  [`project_path: acme/web, ${SAFE}`],
  [`project_path: acme/team/web, ${SAFE}`],
  [`${MAIN}, pipeline_source: push`],
  [`${MAIN}, pipeline_source: { in: [push, schedule] }`],
  [`${MAIN}, environment: production, environment_protected: "true"`],
  [`${WEB}, ref: { matches: "v*" }, ref_type: tag, ref_protected: "true"`],
  [`${WEB}, ref: { matches: "release/*" }, ref_type: branch, ref_protected: "true"`],
  [`${MAIN}, runner_environment: gitlab-hosted`],
];
