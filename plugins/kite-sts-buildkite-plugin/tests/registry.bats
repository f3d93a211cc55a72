bats_require_minimum_version 1.5.0
load job

in_file() { step bash -c "cat \"\$$1\""; }

registry() {
  option ROLE publish
  option MODE files
  option REGISTRY packages.test.example:8443/acme/main
  run -0 hook environment
  token=$(in_file KITE_STS_TOKEN_FILE)
  basic=$(printf 'buildkite:%s' "$token" | base64 | tr -d '\n')
}

docker_config() { cat "$(has DOCKER_CONFIG)/config.json"; }

@test "Docker, npm, pip and twine get the token for the registry" {
  registry
  [ "$(docker_config)" = "{\"auths\":{\"packages.test.example:8443\":{\"auth\":\"$basic\"}}}" ]
  diff <(in_file NPM_CONFIG_USERCONFIG) - <<<"registry=https://packages.test.example:8443/acme/main/
//packages.test.example:8443/acme/main/:_authToken=$token"
  diff <(in_file PIP_CONFIG_FILE) - <<<"[global]
index-url = https://buildkite:$token@packages.test.example:8443/acme/main/simple/"
  [ "$(has TWINE_REPOSITORY_URL) $(has TWINE_USERNAME)" = 'https://packages.test.example:8443/acme/main/ buildkite' ]
  [ "$(has TWINE_PASSWORD)" = "$token" ]
  [ "$(redactions "$basic")" -eq 1 ]
}

@test "npm itself publishes to the registry, and installs from it" {
  registry
  [ "$(step npm config get registry)" = https://packages.test.example:8443/acme/main/ ]
}

@test "with a scope npm goes there for the scope alone" {
  option NPM_SCOPE @acme
  registry
  [ "$(step npm config get @acme:registry)" = https://packages.test.example:8443/acme/main/ ]
  [ "$(step npm config get registry)" = "$(cd / && npm config get registry)" ]
}

@test "what the user had set for the tools still holds" {
  mkdir -p "$HOME/.docker/cli-plugins" "$HOME/.docker/contexts" "$HOME/.config/pip"
  touch "$HOME/.docker/cli-plugins/docker-buildx"
  printf '%s' '{ "auths": { "other.test.example": { "auth": "b3RoZXI=" }, "packages.test.example:8443": { "auth": "b2xk" } },
    "credHelpers": { "ecr.test.example": "ecr-login" }, "proxies": { "default": { "httpProxy": "http://proxy.test.example:3128" } } }' >"$HOME/.docker/config.json"
  printf '@other:registry=https://other.test.example/\nregistry=https://mine.test.example/' >"$HOME/.npmrc"
  printf '[install]\nindex-url = https://mine.test.example/\n  simple\n[global]\ntimeout = 60\n' >"$HOME/.config/pip/pip.conf"
  registry
  [ "$(docker_config)" = "{\"auths\":{\"packages.test.example:8443\":{\"auth\":\"$basic\"},\"other.test.example\":{ \"auth\": \"b3RoZXI=\" }},\"credHelpers\":{ \"ecr.test.example\": \"ecr-login\" },\"proxies\":{ \"default\": { \"httpProxy\": \"http://proxy.test.example:3128\" } }}" ]
  [ -f "$(has DOCKER_CONFIG)/cli-plugins/docker-buildx" ] && [ -d "$(has DOCKER_CONFIG)/contexts" ]
  [ "$(step npm config get registry) $(step npm config get @other:registry)" = 'https://packages.test.example:8443/acme/main/ https://other.test.example/' ]
  diff <(in_file PIP_CONFIG_FILE) - <<<"[install]
[global]
index-url = https://buildkite:$token@packages.test.example:8443/acme/main/simple/
timeout = 60"
  # What pre-exit removes are links: the user's own stays.
  run -0 hook pre-exit
  [ -f "$HOME/.docker/cli-plugins/docker-buildx" ]
}

@test "where helpers have the user's passwords, Docker still looks into the file for this registry" {
  mkdir "$HOME/.docker"
  while IFS='|' read -r own expected; do
    printf '%s' "$own" >"$HOME/.docker/config.json"
    rm -f "$ENVIRONMENT"
    registry
    [ "$(docker_config)" = "${expected//AUTHS/\"auths\":\{\"packages.test.example:8443\":\{\"auth\":\"$basic\"\}\}}" ]
  done <<'END'
{"credsStore":"desktop"}|{"credHelpers":{"packages.test.example:8443":""},AUTHS,"credsStore":"desktop"}
{"credHelpers":{"packages.test.example:8443":"x","a":"b"}}|{"credHelpers":{"packages.test.example:8443":"","a":"b"},AUTHS}
{"credHelpers":{"a":"b"},"x":[1,{"y":"}\"]"}]}|{AUTHS,"credHelpers":{"a":"b"},"x":[1,{"y":"}\"]"}]}
no JSON|{AUTHS}
{"auths":[]}|{AUTHS}
END
}

@test "no variable of the tools goes before the files" {
  names=(NPM_CONFIG_REGISTRY npm_config_registry npm_config_userconfig PIP_INDEX_URL DOCKER_AUTH_CONFIG REGISTRY_AUTH_FILE)
  for name in "${names[@]}"; do export "$name=other"; done
  registry
  for name in "${names[@]}"; do run -1 has "$name"; done
}

@test "with a scope the variable for all other packages stays" {
  export NPM_CONFIG_REGISTRY=https://mine.test.example/
  option NPM_SCOPE @acme
  registry
  [ "$(has NPM_CONFIG_REGISTRY)" = https://mine.test.example/ ]
}

@test "a registry is refused where the credential is no password" {
  option REGISTRY packages.test.example
  option MODE files
  run -1 hook environment
  says 'The kind of deploy is aws'
}

@test "a registry is refused in another mode, before anything is minted" {
  option REGISTRY packages.test.example
  run -1 hook environment
  says 'mode: files'
  [ ! -s "$SEEN/minted" ]
}
