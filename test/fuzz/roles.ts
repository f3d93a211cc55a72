import { BUILDKITE, GITHUB, PROVIDER } from '../harness/policy.ts';

const STATEMENTS = `trust:
  - iss: ${BUILDKITE}
    id: main
    claims:
      organization_slug: my-organization # the tenant
      pipeline_slug: { in: [my-pipeline, "web"] }
      build_branch: { matches: [main, "release/*"], not_equals: null }
      build_number: { not_in: [1, 2] }
      build_tag: null
    until: 2099-01-31T12:00:00Z
  - iss: ${GITHUB}
    repository: acme/web
    ref: refs/heads/main
`;
const YAML = `description: Deploys the site
contact: "#team-web"
audience: { value: https://sts.test.example, reason: it is our own }
${STATEMENTS}deny:
  - iss: ${BUILDKITE}
    claims: { queue_key: untrusted }
    request: { source_ip: { not_in: [203.0.113.0/24, "2001:db8::/32"] } }
session: { seconds: 900, max_seconds: 3600 }
single_use: true
`;
const AWS = `aws:
  role_arn: arn:aws:iam::123456789012:role/deploy
  tags: { pipeline: "\${pipeline_slug}" }
  transitive_tags: [pipeline]
  policy:
    Version: "2012-10-17"
    Statement:
      - { Effect: Allow, Action: "s3:PutObject", Resource: "*", Condition: { Bool: { "s3:a": true, "s3:b": 1 } } }
`;
const FLAT = `trust:
  - iss: https://plain.example
    tenant: acme
    note: |
      two
      lines
${PROVIDER}
`;
const JWT = `jwt: { audience: https://api.test.example, subject: role, claims: { a: [1, null, "\${iss}"], b: 1.5 } }`;
const JSON_TEXT = JSON.stringify(
  {
    trust: [
      { iss: 'https://plain.example', scopes: ['read'], claims: { tenant: 'acme', '/a/b': { contains: 1 } } },
    ],
    jwt: { audience: 'https://api.test.example', claims: { n: 2 } },
  },
  null,
  1,
);

/** Roles that compile, of every form. */
export const ROLES: readonly string[] = [
  `${YAML}${JWT}\n`,
  `---\n${FLAT}`,
  `${STATEMENTS.slice(0, STATEMENTS.indexOf(`  - iss: ${GITHUB}`))}${AWS}`,
  JSON_TEXT,
  FLAT.replaceAll('\n', '\r\n'),
];
