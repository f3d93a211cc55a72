bats_require_minimum_version 1.5.0
load job

container() {
  option MODE container-credentials
  run "$1" hook environment
}

@test "an SDK asks the broker itself, with a token that was not spent" {
  export AWS_ACCESS_KEY_ID=AKIAOWN AWS_CONTAINER_AUTHORIZATION_TOKEN=other
  container -0
  [ "$(has AWS_CONTAINER_CREDENTIALS_FULL_URI)" = "$BROKER/credentials/deploy" ]
  token=$(tail -n 1 "$SEEN/minted")
  is_value "$(has AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)" "$token"
  [ "$(wc -l <"$SEEN/minted")" -eq 2 ]
  run -0 step "$NODE" "$SDK/keys.ts"
  says ASIA
}

@test "an SDK finds nothing else before the broker, and no file of the user" {
  export AWS_ACCESS_KEY_ID=AKIAOWN AWS_PROFILE=own AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/other
  container -0
  for name in AWS_ACCESS_KEY_ID AWS_PROFILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; do run -1 has "$name"; done
  [ "$(wc -c <"$(has AWS_SHARED_CREDENTIALS_FILE)")" -eq 0 ] && [ "$(wc -c <"$(has AWS_CONFIG_FILE)")" -eq 0 ]
  [ "$(has AWS_EC2_METADATA_DISABLED)" = true ]
}

@test "a refusal is seen before an SDK would hide it" {
  option ROLE release
  container -2
  says trust_not_met
}

@test "a role of another kind is refused" {
  option ROLE publish
  container -1
  says 'of the kind aws but jwt'
}
