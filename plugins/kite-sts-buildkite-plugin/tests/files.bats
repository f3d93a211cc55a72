bats_require_minimum_version 1.5.0
load job

in_file() { step bash -c "cat \"\$$1\""; }

mode_of() { stat -c %a "$1" 2>/dev/null || stat -f %Lp "$1"; }

files() {
  option MODE files
  run -0 hook environment
}

@test "AWS gets a credentials file, and no credential in a variable" {
  export AWS_ACCESS_KEY_ID=AKIAOWN AWS_SESSION_TOKEN=own
  files
  run -0 in_file AWS_SHARED_CREDENTIALS_FILE
  [[ ${lines[0]} == '[default]' && ${lines[1]} == 'aws_access_key_id = ASIA'* ]]
  [[ ${lines[2]} == 'aws_secret_access_key = '?* && ${lines[3]} == 'aws_session_token = '?* ]]
  [ -z "$(in_file AWS_CONFIG_FILE)" ]
  for name in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; do run -1 has "$name"; done
  run -0 step "$NODE" "$SDK/keys.ts"
  says ASIA
}

@test "the folder is for this user alone, and so is each file in it" {
  files
  [ "$(mode_of "$(folders)")" = 700 ]
  [ "$(mode_of "$(has AWS_SHARED_CREDENTIALS_FILE)")" = 600 ]
}

@test "two roles have a folder each" {
  options ROLE deploy publish
  options CREDENTIAL_NAME_PREFIX ONE_ TWO_
  files
  [ "$(folders | wc -l)" -eq 2 ]
  [ -s "$(has ONE_AWS_SHARED_CREDENTIALS_FILE)" ] && [ -s "$(has TWO_KITE_STS_TOKEN_FILE)" ]
}

@test "Google's libraries get a file that has them ask the broker, and gcloud its token" {
  stand gcp
  files
  is_value "$(has CLOUDSDK_AUTH_ACCESS_TOKEN_FILE)" token-of-gcp
  run -0 in_file GOOGLE_APPLICATION_CREDENTIALS
  says "{\"type\":\"external_account\",\"audience\":\"deploy\",\"subject_token_type\":\"urn:ietf:params:oauth:token-type:jwt\",\"token_url\":\"$STAND/gcp/token\",\"credential_source\":{\"file\":\"$TMPDIR/"
  source=${output##*\"file\":\"}
  # A token of its own: the one before it was exchanged.
  is_value "${source%%\"*}" "$(tail -n 1 "$SEEN/minted")"
  [ "$(wc -l <"$SEEN/minted")" -eq 2 ]
}

@test "Google's own library gets a token by that file" {
  option ROLE google
  files
  run -0 step env GOOGLE_CLOUD_PROJECT=acme-prod "$NODE" "$SDK/google.ts"
  says ya29.local-
}

@test "a token that no cloud has a file for is in a file of ours" {
  option ROLE publish
  files
  [[ $(in_file KITE_STS_TOKEN_FILE) == ey*.*.* ]]
  is_value "$(has KITE_STS_TOKEN_FILE)" "$(in_file KITE_STS_TOKEN_FILE)"
  run -1 has ACCESS_TOKEN
}

@test "a credential that could end its line or value early is written to no file" {
  stand odd
  option MODE files
  run -1 hook environment
  run -1 grep -r 'AKIAODD' "$TMPDIR"
}

@test "pre-exit removes the folders of every run, of this job alone" {
  mkdir "$TMPDIR/kite-sts-other.abc" "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID"
  files
  files
  [ "$(folders | wc -l)" -eq 4 ]
  run -0 hook pre-exit
  [ "$(folders | sort)" = "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID
$TMPDIR/kite-sts-other.abc" ]
}

@test "pre-exit follows no link, and exits 0 with nothing to remove" {
  mkdir "$HOME/kept"
  ln -s "$HOME/kept" "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID.abcdefgh"
  run -0 hook pre-exit
  [ -d "$HOME/kept" ]
  rm "$TMPDIR"/*
  run -0 hook pre-exit
}

@test "pre-exit removes what a failed hook left" {
  options ROLE publish release
  options CREDENTIAL_NAME_PREFIX ONE_ TWO_
  option MODE files
  run -2 hook environment
  [ "$(folders | wc -l)" -eq 1 ]
  run -0 hook pre-exit
  [ -z "$(folders)" ]
}

@test "pre-exit gives a GitHub token back" {
  stand github
  option GITHUB_API "$STAND/api"
  run -0 hook environment
  run -0 hook pre-exit
  run -0 ask /api
  says 'DELETE /api/installation/token'
  says '"authorization":"Bearer token-of-github"'
  [ -z "$(folders)" ]
}

@test "pre-exit leaves a folder of somebody else alone" {
  [ "$(id -u)" -eq 0 ] || skip 'only root can make a folder that is of somebody else'
  mkdir "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID.planted"
  touch "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID.planted/file"
  chown 65534 "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID.planted"
  run -0 hook pre-exit
  [ -f "$TMPDIR/kite-sts-$BUILDKITE_JOB_ID.planted/file" ]
}

@test "pre-exit exits 0 when GitHub cannot be asked" {
  stand github
  option GITHUB_API http://127.0.0.1:9
  run -0 hook environment
  run -0 hook pre-exit
  [ -z "$(folders)" ]
}
