# shellcheck shell=bash
# What a step may log in to by the session that it was given, through the helpers of kite-sts: which hosts these answer is
# listed in one variable, and each compares what it is asked with that list, whole.

kite_read_reach() {
  local entry
  kite_list REACH
  kite_reach=(${kite_items[@]+"${kite_items[@]}"})
  for entry in ${kite_reach[@]+"${kite_reach[@]}"}; do
    kite_must reach "$entry" '[A-Za-z0-9@=:/#._-]{1,1024}' 'a registry, a cluster, a database or a package domain, without spaces' || return
  done
}

# kite_registry_host ENTRY: the host of a registry, for which Docker asks a helper. Fails for any other entry.
kite_registry_host() {
  case $1 in
    eks/* | gke=* | *@* | *.d.codeartifact.*) return 1 ;;
    *) printf '%s' "${1%%=*}" ;;
  esac
}

# kite_helped_docker OWN: the user's config.json with our helper for each of these hosts. It holds no password of ours.
kite_helped_docker() {
  local own helpers entry host
  kite_members "$1" && own=$1 || own='{}'
  helpers=$(kite_member "$own" '"credHelpers"') || helpers='{}'
  for entry in "${kite_reach[@]}"; do
    host=$(kite_registry_host "$entry") || continue
    helpers=$(kite_with_member "$helpers" "$(kite_json "$host")" '"kite-sts"')
  done
  kite_with_member "$own" '"credHelpers"' "$helpers"
}

# Programs that Docker and client-go find on PATH. npx runs what is installed in the checkout, and fetches nothing.
kite_write_programs() {
  kite_write kite-sts $'#!/bin/sh\nexec npx --no kite-sts "$@"\n' &&
    kite_write docker-credential-kite-sts $'#!/bin/sh\nexec npx --no kite-sts docker-credential "$@"\n' &&
    chmod 0700 "$kite_folder/kite-sts" "$kite_folder/docker-credential-kite-sts"
}

# The set-up of a step, in a folder of its own. After kite_give, so that a registry with a password of its own is kept.
kite_give_reach() {
  local entry text='' own=${DOCKER_CONFIG:-${HOME:-}/.docker} kite_prefix='' index registries=false
  [ ${#kite_reach[@]} -gt 0 ] || return 0
  for index in "${!kite_set_names[@]}"; do
    if [ "${kite_set_names[index]}" = DOCKER_CONFIG ]; then own=${kite_set_values[index]}; fi
  done
  kite_new_folder && kite_write_programs || return
  kite_set KITE_STS_REACH "${kite_reach[*]}"
  kite_set PATH "$kite_folder:$PATH"
  for entry in "${kite_reach[@]}"; do kite_registry_host "$entry" >/dev/null && registries=true; done
  [ "$registries" = true ] || return 0
  if [ -r "$own/config.json" ]; then text=$(<"$own/config.json"); fi
  kite_write docker/config.json "$(kite_helped_docker "$text")" && kite_link_docker "$own" || return
  kite_set DOCKER_CONFIG "$kite_folder/docker"
  kite_set REGISTRY_AUTH_FILE "$kite_folder/docker/config.json"
  kite_rivals+=(DOCKER_AUTH_CONFIG)
}
