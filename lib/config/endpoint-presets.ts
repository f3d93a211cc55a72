import type { Endpoint, ParameterSlot } from '../policy/endpoint.ts';

/** A token endpoint, as the service's own documentation has it. A row of broker.yml adds what is yours. */
export type EndpointPreset = Pick<Endpoint, 'grant' | 'body' | 'scoping' | 'seconds'> & {
  /** Where that is written. */
  readonly documentation: string;
  /** The whole URL, or what one of your own must look like. */
  readonly url: string | { readonly pattern: RegExp; readonly says: string };
  readonly headers?: Endpoint['headers'];
  readonly slots: Readonly<Record<string, ParameterSlot>>;
};

const UUID = '[\\da-fA-F]{8}(-[\\da-fA-F]{4}){3}-[\\da-fA-F]{12}';
function expectUuid(of: string) {
  return { pattern: UUID, says: `the id of ${of}, a UUID` };
}
function expectTagged(prefix: string, of: string) {
  return {
    pattern: `${prefix}_[A-Za-z0-9]{1,64}`,
    says: `the id of ${of}, ${prefix}_…`,
  };
}

/** The services that this release knows by name. Adding one is a row here, its page, and a row of lib/local/endpoints.ts. */
export const ENDPOINT_PRESETS = {
  databricks: {
    documentation: 'https://docs.databricks.com/aws/dev-tools/auth/oauth-federation-exchange',
    url: {
      pattern:
        /^https:\/\/(?:[a-z0-9.-]+\.(?:cloud\.databricks\.com|azuredatabricks\.net|gcp\.databricks\.com)\/oidc\/v1\/token|accounts\.(?:cloud\.databricks\.com|azuredatabricks\.net|gcp\.databricks\.com)\/oidc\/accounts\/[\da-f-]{36}\/v1\/token)$/,
      says: 'https://WORKSPACE/oidc/v1/token, or https://accounts.cloud.databricks.com/oidc/accounts/ACCOUNT/v1/token',
    },
    grant: 'token_exchange',
    body: 'form',
    scoping: 'asked',
    seconds: 3600,
    slots: { client_id: { required: true, form: expectUuid('the service principal') } },
  },
  openai: {
    documentation: 'https://developers.openai.com/api/reference/workload-identity-federation',
    url: 'https://auth.openai.com/oauth/token',
    grant: 'token_exchange',
    body: 'json',
    scoping: 'theirs',
    seconds: 3600,
    slots: { identity_provider_id: { required: true }, service_account_id: { required: true } },
  },
  anthropic: {
    documentation: 'https://platform.claude.com/docs/en/manage-claude/wif-reference',
    url: 'https://api.anthropic.com/v1/oauth/token',
    grant: 'jwt_bearer',
    body: 'json',
    // By its SDK: what routes the request to the federation service.
    headers: { 'anthropic-beta': 'oidc-federation-2026-04-01' },
    scoping: 'theirs',
    seconds: 3600,
    slots: {
      federation_rule_id: { required: true, form: expectTagged('fdrl', 'the federation rule') },
      organization_id: { required: true, form: expectUuid('the organization') },
      service_account_id: { required: true, form: expectTagged('svac', 'the service account') },
      workspace_id: {
        required: false,
        form: {
          pattern: 'default|wrkspc_[A-Za-z0-9]{1,64}',
          says: 'default, or the id of the workspace, wrkspc_…',
        },
      },
    },
  },
  openrouter: {
    documentation: 'https://openrouter.ai/docs/guides/overview/auth/workload-identity-federation',
    url: 'https://openrouter.ai/api/v1/oauth/token',
    grant: 'token_exchange',
    body: 'form',
    scoping: 'asked',
    seconds: 900,
    slots: { federation_policy_id: { required: true, form: expectUuid('the federation policy') } },
  },
  buildkite: {
    documentation: 'https://buildkite.com/docs/apis/workload-identity-federation',
    url: 'https://buildkite.com/oauth/token',
    grant: 'client_credentials',
    body: 'form',
    scoping: 'asked',
    seconds: 3600,
    slots: { client_id: { required: true } },
  },
} as const satisfies { readonly [name: string]: EndpointPreset };

export type EndpointPresetName = keyof typeof ENDPOINT_PRESETS;
