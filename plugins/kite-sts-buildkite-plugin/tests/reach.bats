bats_require_minimum_version 1.5.0
load job

ecr=123456789012.dkr.ecr.eu-central-1.amazonaws.com

reach() {
  option ROLE deploy
  option REACH_0 "$ecr"
  option REACH_1 "eks/eu-central-1/prod=https://abc.eks.amazonaws.com#$(printf 'ab%.0s' {1..32})"
  run -0 hook environment
}

docker_config() { cat "$(has DOCKER_CONFIG)/config.json"; }

@test "the helpers of a step are told whom they may answer, and Docker asks them for its registries alone" {
  reach
  [ "$(docker_config)" = "{\"credHelpers\":{\"$ecr\":\"kite-sts\"}}" ]
  [ "$(has REGISTRY_AUTH_FILE)" = "$(has DOCKER_CONFIG)/config.json" ]
  case $(has KITE_STS_REACH) in "$ecr eks/eu-central-1/prod="*) ;; *) false ;; esac
  step bash -c 'command -v docker-credential-kite-sts kite-sts'
}

@test "no password of ours is in a file" {
  reach
  run -1 grep -rE "ASIA|secret" "$(has DOCKER_CONFIG)"
}

@test "what the user had set for Docker still holds" {
  mkdir -p "$HOME/.docker/cli-plugins"
  printf '%s' '{ "auths": { "other.test.example": { "auth": "b3RoZXI=" } }, "credHelpers": { "gcr.io": "gcloud" } }' >"$HOME/.docker/config.json"
  reach
  [ "$(docker_config)" = "{\"credHelpers\":{\"$ecr\":\"kite-sts\",\"gcr.io\":\"gcloud\"},\"auths\":{ \"other.test.example\": { \"auth\": \"b3RoZXI=\" } }}" ]
  run -0 hook pre-exit
  [ -f "$HOME/.docker/config.json" ]
}

@test "an entry with a space is refused before anything is asked" {
  option ROLE deploy
  option REACH "$ecr evil.example"
  run -1 hook environment
}
