# shellcheck shell=bash
# Written by `node plugins/lists.ts` from the lists of the command line. Change those, not this file:
# lib/protocols/variables.ts, lib/client/rivals.ts and lib/client/texts.ts.

# kite_names KIND: the variables of a credential of this kind; the last says when it ends.
kite_names() {
  case $1 in
    aws) echo AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION ;;
    jwt) echo ACCESS_TOKEN EXPIRES_AT ;;
    gcp) echo CLOUDSDK_AUTH_ACCESS_TOKEN GOOGLE_OAUTH_ACCESS_TOKEN EXPIRES_AT ;;
    azure) echo AZURE_ACCESS_TOKEN EXPIRES_AT ;;
    github) echo GITHUB_TOKEN GH_TOKEN EXPIRES_AT ;;
    buildkite) echo BUILDKITE_API_TOKEN EXPIRES_AT ;;
    oauth) echo ACCESS_TOKEN EXPIRES_AT ;;
    *) return 1 ;;
  esac
}

# kite_list_rivals KIND: the variables that name another credential of this kind, ours among them.
kite_list_rivals() {
  case $1 in
    aws) echo AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_ACCESS_KEY AWS_SECRET_KEY AWS_SECURITY_TOKEN AWS_CREDENTIAL_FILE AWS_CREDENTIAL_PROFILES_FILE AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_BEARER_TOKEN_BEDROCK ;;
    gcp) echo GOOGLE_APPLICATION_CREDENTIALS GOOGLE_CREDENTIALS GOOGLE_CLOUD_KEYFILE_JSON GCLOUD_KEYFILE_JSON GOOGLE_OAUTH_ACCESS_TOKEN GOOGLE_IMPERSONATE_SERVICE_ACCOUNT GOOGLE_BACKEND_CREDENTIALS GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT CLOUDSDK_AUTH_ACCESS_TOKEN CLOUDSDK_AUTH_ACCESS_TOKEN_FILE CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT GOOGLE_GHA_CREDS_PATH ;;
    azure) echo AZURE_ACCESS_TOKEN AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH AZURE_CLIENT_CERTIFICATE_PASSWORD AZURE_USERNAME AZURE_PASSWORD AZURE_FEDERATED_TOKEN_FILE ARM_CLIENT_SECRET ARM_CLIENT_SECRET_FILE_PATH ARM_CLIENT_CERTIFICATE ARM_CLIENT_CERTIFICATE_PATH ARM_CLIENT_CERTIFICATE_PASSWORD ARM_OIDC_TOKEN ARM_OIDC_TOKEN_FILE_PATH ;;
    github) echo GITHUB_TOKEN GH_TOKEN GITHUB_ENTERPRISE_TOKEN GH_ENTERPRISE_TOKEN ;;
    buildkite) echo BUILDKITE_API_TOKEN BUILDKITE_GRAPHQL_TOKEN ;;
    oauth) echo ACCESS_TOKEN ;;
    jwt) echo ACCESS_TOKEN ;;
    *) return 1 ;;
  esac
}

# Texts, for whoever sources this.
# shellcheck disable=SC2034
{
  kite_text_no_answer='No broker answered. Check the URL, the network and the proxy.'
  kite_text_redirected='The address redirects, and a token is not sent after a redirect. Use the URL it leads to.'
  kite_text_no_broker='Something answered that is not a broker, or a gateway in front of one. Check the URL.'
  kite_text_url_refused='The URL must be https, or http on 127.0.0.1, localhost or [::1], without user, query and fragment, such as https://sts.acme.example.'
  kite_text_url_of_door='That is the URL of the door. Leave /token off.'
  kite_text_door_refused='is not an https URL, so no secret is sent there.'
  kite_text_agent_missing='buildkite-agent is not on PATH, and BUILDKITE_AGENT_ACCESS_TOKEN or BUILDKITE_JOB_ID is not set. Mount the agent into the container, or hand both variables on.'
  kite_text_github_no_token='GitHub Actions offers this job no token: ACTIONS_ID_TOKEN_REQUEST_URL or ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set. Add "permissions: { id-token: write }" to the job. A pull request from a fork is never offered one.'
  kite_text_not_hidden='The log of this job cannot be told what to hide, so nothing secret is printed. Write it to a file (… > credential.env), run where the agent has its Job API (3.66 or later), or accept it with --allow-unredacted.'
  kite_text_claim_absent='is absent'
  kite_text_claim_differs='differs; the token says:'
  kite_text_claim_unusable='cannot be used; the token says:'
  kite_text_claim_wrong_type='is of the wrong type; the token says:'
}
