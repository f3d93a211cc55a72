import type { Code } from '../errors.ts';

/** What to do about each code, for its page: a reader there may have nothing else of ours. The reference says the same. */
export const REMEDIES: { readonly [code in Code]: string } = {
  action_unsupported: 'Unset AWS_ENDPOINT_URL_STS for that call, so that it goes to AWS.',
  approval_missing:
    'Have the block step that is named unblocked in this build, then retry the step. Who may, contact knows. Operator: explain names them, and who did.',
  approval_too_old: 'Start a new build and have it approved. Operator: within of the role.',
  audience_not_of_role: 'Mint the token for the audience of this role.',
  audit_unavailable: 'Try again. Operator: where audit events go is full or gone.',
  body_too_large: 'Send only the parameters of the exchange.',
  broker_credentials_unavailable:
    'Try again: another process of the broker may have better ones. Operator: the detail of the audit event says which; see the alarm ClockOff.',
  broker_misconfigured:
    'Tell who runs the broker. Operator: the detail of the audit event names the key, the table or the right that is wrong.',
  caller_switched_off: 'Ask contact. Operator: the detail of the audit event has who did it and why.',
  claim_not_usable:
    'Look at claims of the answer. They name the place and the character: a branch such as fix#1 cannot be a tag, and my branch no path. Operator: else of the tag names a literal for such (docs/reference/policy.md).',
  content_type_unsupported: 'Send a form: curl -d and --data-urlencode do.',
  credential_too_large:
    'Shorten the value, such as a branch name, or your own Policy. Operator: shorten the policy. It is AWS that tells how large tags and policy are together.',
  explicitly_denied: 'Ask contact. Operator: npx --no kite-sts explain names the statement.',
  grant_type_unsupported: 'Send that value as grant_type.',
  identities_unavailable: 'Try again. The session itself is good. Operator: the table of sessions is away.',
  internal_error: 'Try again. Operator: standard error has the cause under the decision id.',
  issuer_keys_pending:
    'Wait that long, at most 30 s. It is no fault, and rings no alarm: an issuer has begun to use a new key, or somebody sends tokens with made-up keys.',
  issuer_keys_unavailable: 'Try again. Operator: can the broker reach the keys of the issuer?',
  issuer_switched_off: 'Ask who runs the broker. Operator: switch off (docs/guides/operate.md).',
  job_finished:
    'Exchange the token while its job runs. A token that is used after its job has ended may be stolen: tell who runs the broker.',
  job_not_seen:
    "Wait that long and ask again; kite-sts's own clients do. Operator: are events of Buildkite still coming (docs/guides/job-events.md)?",
  jobs_unavailable: 'Try again. Operator: the table of jobs is away, or a row in it cannot be read.',
  key_switched_off: 'Mint a new token once the issuer has another key.',
  method_not_allowed: 'Use POST for /token.',
  method_not_granted:
    'For registries: the statement that holds lacks the scope that the method needs, or the registry takes no such method. Ask contact.',
  parameter_invalid: 'Look up the parameter that is named in the HTTP reference (docs/reference/http.md).',
  parameter_missing: 'Add the parameter that is named.',
  parameter_repeated: 'Send the parameter that is named once.',
  parameter_unsupported:
    'Leave out what is named: actor_token, actor_token_type, a query, a bearer token; at the git door (docs/reference/http.md) a body.',
  path_unknown: 'Check the URL: the doors are in the HTTP reference (docs/reference/http.md).',
  provider_refused:
    'Ask contact. Operator: the detail of the audit event has what the provider said and which side must mend what: providers (docs/providers/README.md).',
  provider_unavailable: 'Try again.',
  rate_limited:
    "Wait that long; kite-sts's own clients do. If it stays, look for a pipeline that loops. Operator: limits (docs/reference/configuration.md).",
  registry_refused: 'Check the path and the pipeline. Operator: look the decision id up in the audit events.',
  request_not_understood:
    'For registries: what each kind takes (docs/reference/policy.md). A mount must be from a repository below the same registry. Ask contact.',
  requested_token_type_differs: "Leave requested_token_type out, or use the door of the role's kind.",
  role_disabled: 'Ask contact.',
  role_parameter_holds_audience: 'Send the name of the role as audience, such as deploy-web.',
  role_refused_or_unknown:
    'Check the name of the role and that the token is from the right organization. Operator: look the decision id up in the audit events.',
  role_switched_off: 'Ask contact.',
  scope_beyond_grant: 'Ask for less, or leave scope out to get all that is granted.',
  seconds_above_maximum: 'Ask for less, or leave expires_in out. Operator: max_seconds of the role.',
  seconds_below_minimum:
    'Ask for more: the shortest of each kind is in the table of sessions (docs/reference/policy.md).',
  session_expired: 'At the STS door (docs/reference/http.md): exchange a token for the next one.',
  session_policy_invalid: 'Mend Policy or PolicyArns, or leave them out.',
  session_policy_refused: 'Leave Policy and PolicyArns out.',
  session_unknown: 'Unset AWS_ENDPOINT_URL_STS for that call, so that it goes to AWS.',
  session_unsigned: 'SDKs and the CLI sign it. By hand: curl --aws-sigv4.',
  single_use_not_here: 'Exchange the token at POST /token, once.',
  store_unavailable: 'Try again. Operator: the table of used tokens is away.',
  switches_unavailable: 'Try again. Operator: the table of switches is away, or an item in it is none.',
  target_unsupported: 'Send audience once, with the name of the role, and leave resource out.',
  token_algorithm_refused:
    'Operator: list the algorithm in the row of the issuer, if it is one that the issuer uses.',
  token_already_used:
    'Mint right before each exchange, and never exchange one token twice: buildkite-agent oidc request-token, or leave it to kite-sts exchange. A step that did neither: the token may be stolen.',
  token_audience_ambiguous:
    'GitLab: one aud in id_tokens, as text; another token for whoever else needs one.',
  token_audience_differs: 'Mint the token with --audience and the audience of the broker or of the role.',
  token_claims_invalid: 'Look at the claim that is named. Tokens that a CI service minted do not have this.',
  token_expired: 'Mint and exchange in the same step. Ask for a token for each exchange.',
  token_issuer_unknown: 'Operator: add a row under issuers of broker.yml, if the issuer is to be trusted.',
  token_key_unknown: 'Mint a new token. If it stays, the token is from another instance of the service.',
  token_lifetime_too_long:
    "Leave --lifetime out, or ask for less; in GitLab lower the job's timeout. Operator: max_token_lifetime of the row.",
  token_malformed: 'Send the token whole: three segments joined by dots, without quotes around them.',
  token_not_yet_valid: 'Check the clocks. 30 seconds of difference are allowed.',
  token_signature_invalid: 'Mint a new token. The one that was sent was changed, or signed by someone else.',
  token_too_large: 'Ask for fewer optional claims.',
  token_type_refused: 'Send an ID token. Access tokens, ours among them, are not subject tokens.',
  trust_not_met:
    'Look at claims of the answer: what differs, what is absent, and which --claim adds it. Then contact.',
};
