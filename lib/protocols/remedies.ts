import type { Code } from '../errors.ts';

/** The way out of a code: `step` is for whoever wrote the step, `operator` for whoever keeps the policy or runs the broker. */
export type Remedy = {
  readonly step: string;
  readonly operator?: string;
  /** The command that goes right. */
  readonly command?: string;
  /** The lines of a role that it is about; a test compiles them. */
  readonly policy?: string;
};

/** By code, for its page: a reader there may have nothing else of ours. The reference says the same. */
export const REMEDIES: { readonly [code in Code]: Remedy } = {
  action_unsupported: { step: 'Unset AWS_ENDPOINT_URL_STS for that call.' },
  approval_missing: {
    step: 'Have that step unblocked in this build, then retry. contact knows who may.',
    operator: 'explain names them, and who did.',
  },
  approval_too_old: { step: 'Start a new build and have it approved.', operator: 'within of the role.' },
  audience_not_of_role: {
    step: 'Mint the token for the audience of this role.',
    operator: 'audience of the role; without it, that of the broker.',
    policy: 'audience: https://deploy.acme.example',
  },
  audit_unavailable: { step: 'Try again.', operator: 'where audit events go is full or gone.' },
  body_too_large: { step: 'Send only the parameters of the exchange.' },
  broker_credentials_unavailable: {
    step: 'Try again: another process of the broker may have better ones.',
    operator: 'detail of the audit event says which; see the alarm ClockOff.',
  },
  broker_misconfigured: {
    step: 'Tell who runs the broker.',
    operator: 'detail of the audit event names the key, the table or the right that is wrong.',
  },
  caller_switched_off: {
    step: 'Ask contact.',
    operator: 'detail of the audit event has who did it and why.',
  },
  claim_not_usable: {
    step: 'Look at claims of the answer: a branch such as fix#1 cannot be a tag, and my branch no path.',
    operator: 'else of the tag names a literal for such (docs/reference/policy.md).',
  },
  content_type_unsupported: { step: 'Send a form, as curl -d and --data-urlencode do.' },
  credential_too_large: {
    step: 'Shorten the value, such as a branch name, or your own Policy.',
    operator: 'shorten the policy. AWS alone tells how large tags and policy are together.',
  },
  explicitly_denied: {
    step: 'Ask contact.',
    operator: 'npx --no kite-sts explain names the statement.',
    policy: [
      'deny:',
      '  - iss: https://agent.buildkite.com',
      '    id: no forks',
      '    claims: { build_branch: { matches: "pull/*" } }',
    ].join('\n'),
  },
  grant_type_unsupported: { step: 'Send that value as grant_type.' },
  identities_unavailable: {
    step: 'Try again. The session itself is good.',
    operator: 'the table of sessions is away.',
  },
  internal_error: { step: 'Try again.', operator: 'standard error has the cause under the decision id.' },
  issuer_keys_pending: {
    step: 'Wait that long, at most 30 s. An issuer has begun to use a new key, or somebody sends made-up keys. It rings no alarm.',
  },
  issuer_keys_unavailable: { step: 'Try again.', operator: 'can the broker reach the keys of the issuer?' },
  issuer_switched_off: { step: 'Ask who runs the broker.', operator: 'switch off (docs/guides/operate.md).' },
  job_finished: {
    step: 'Exchange the token while its job runs. One that is used later may be stolen: tell who runs the broker.',
    operator: 'running of the role. Look in the audit events for what else the token asked for.',
  },
  job_not_seen: {
    step: "Wait that long and ask again; kite-sts's own clients do.",
    operator: 'are events still coming (docs/guides/job-events.md)?',
  },
  jobs_unavailable: {
    step: 'Try again.',
    operator: 'the table of jobs is away, or a row in it cannot be read.',
  },
  key_switched_off: {
    step: 'Mint a new token once the issuer has another key.',
    operator: 'detail of the audit event has who did it and why.',
  },
  method_not_allowed: { step: 'Use POST for /token.' },
  method_not_granted: {
    step: 'The statement that holds lacks the scope of the method, or the registry takes no such method. Ask contact.',
    operator: 'methods of the registry, scopes of the statement.',
  },
  parameter_invalid: { step: 'Look up the parameter in the HTTP reference (docs/reference/http.md).' },
  parameter_missing: { step: 'Add it.' },
  parameter_repeated: { step: 'Send it once.' },
  parameter_unsupported: {
    step: 'Leave out what is named: actor_token, actor_token_type, a query, a bearer token; at the git door (docs/reference/http.md) a body.',
  },
  path_unknown: { step: 'Check the URL: the doors are in the HTTP reference (docs/reference/http.md).' },
  provider_refused: {
    step: 'Ask contact.',
    operator:
      'detail of the audit event has what the provider said and who must mend what: providers (docs/providers/README.md).',
  },
  provider_unavailable: { step: 'Try again.', operator: 'detail of the audit event says what was tried.' },
  rate_limited: {
    step: "Wait that long; kite-sts's own clients do. If it stays, look for a pipeline that loops.",
    operator: 'limits (docs/reference/configuration.md).',
  },
  registry_refused: {
    step: 'Check the path and the pipeline.',
    operator: 'look the decision id up in the audit events.',
  },
  request_not_understood: {
    step: 'See what each kind takes (docs/reference/policy.md); a mount must be from below the same registry. Ask contact.',
    operator: 'kind of the registry.',
  },
  requested_token_type_differs: {
    step: "Leave requested_token_type out, or use the door of the role's kind.",
    operator: 'the key that says what the role gives, such as aws.',
  },
  role_disabled: {
    step: 'Ask contact.',
    operator: 'remove disabled of the role to open it.',
    policy: 'disabled: until the audit is done',
  },
  role_parameter_holds_audience: { step: 'Send the name of the role, such as deploy-web.' },
  role_refused_or_unknown: {
    step: 'Check the name of the role, and the organization of the token.',
    operator: 'look the decision id up in the audit events.',
    command: 'npx --no kite-sts explain --role deploy-web --token-file token.jwt',
  },
  role_switched_off: { step: 'Ask contact.', operator: 'detail of the audit event has who did it and why.' },
  scope_beyond_grant: {
    step: 'Ask for less, or leave scope out.',
    operator: 'scopes of the statement that holds.',
  },
  seconds_above_maximum: {
    step: 'Ask for less, or leave expires_in out.',
    operator: 'max_seconds of the role.',
    policy: 'session: { seconds: 900, max_seconds: 3600 }',
  },
  seconds_below_minimum: {
    step: 'Ask for more: the shortest of each kind (docs/reference/policy.md).',
    operator: 'no policy changes it.',
  },
  session_expired: { step: 'At the STS door (docs/reference/http.md): exchange a token for the next one.' },
  session_policy_invalid: { step: 'Mend Policy or PolicyArns, or leave them out.' },
  session_policy_refused: { step: 'Leave Policy and PolicyArns out.', operator: 'policy of the role.' },
  session_unknown: { step: 'Unset AWS_ENDPOINT_URL_STS for that call.' },
  session_unsigned: { step: 'SDKs and the CLI sign it. By hand: curl --aws-sigv4.' },
  single_use_not_here: {
    step: 'Exchange the token at POST /token, once.',
    operator: 'single_use of the role; remove it only where a repeat does no harm.',
    policy: 'single_use: true',
  },
  store_unavailable: { step: 'Try again.', operator: 'the table of used tokens is away.' },
  switches_unavailable: {
    step: 'Try again.',
    operator: 'the table of switches is away, or an item in it is none.',
  },
  target_unsupported: { step: 'Send audience once, with the name of the role, and no resource.' },
  token_algorithm_refused: {
    step: 'Ask who runs the broker.',
    operator: 'list the algorithm in the row of the issuer, if the issuer uses it.',
  },
  token_already_used: {
    step: 'Mint right before each exchange: buildkite-agent oidc request-token, or kite-sts exchange. If you did, the token may be stolen.',
    operator: 'single_use of the role. Audit events with the same token_digest have the first use.',
    policy: 'single_use: true',
  },
  token_audience_ambiguous: {
    step: 'GitLab: one aud in id_tokens, as text; another token for whoever else needs one.',
  },
  token_audience_differs: {
    step: 'Mint it with --audience and the audience of the broker or of the role.',
    command: 'buildkite-agent oidc request-token --audience https://sts.acme.example',
  },
  token_claims_invalid: { step: 'Look at the claim that is named. A CI service mints no such token.' },
  token_expired: {
    step: 'Mint and exchange in the same step, a token for each exchange.',
    command: 'kite-sts exec --role deploy-web -- ./deploy.sh',
  },
  token_issuer_unknown: {
    step: 'Check that the token is from the service that you mean, then ask who runs the broker.',
    operator: 'add a row under issuers of broker.yml, if you trust the issuer.',
  },
  token_key_unknown: {
    step: 'Mint a new token. If it stays, the token is from another instance of the service.',
  },
  token_lifetime_too_long: {
    step: "Leave --lifetime out, or ask for less; in GitLab lower the job's timeout.",
    operator: 'max_token_lifetime of the row.',
  },
  token_malformed: { step: 'Send it whole: three segments joined by dots, without quotes.' },
  token_not_yet_valid: { step: 'Check the clocks. 30 seconds of difference are allowed.' },
  token_signature_invalid: { step: 'Mint a new token. That one was changed, or signed by someone else.' },
  token_too_large: { step: 'Ask for fewer optional claims.' },
  token_type_refused: { step: 'Send an ID token. Access tokens, ours among them, are not subject tokens.' },
  trust_not_met: {
    step: 'Look at claims of the answer: what differs, what is absent, and which --claim adds it. Then contact.',
    operator:
      'npx --no kite-sts explain says of each condition whether it holds, and which line to change to let this job in.',
    policy: [
      'trust:',
      '  - iss: https://agent.buildkite.com',
      '    claims:',
      '      organization_slug: acme',
      '      pipeline_slug: web',
      '      build_branch: { in: [main, feature/login] }',
    ].join('\n'),
  },
};
