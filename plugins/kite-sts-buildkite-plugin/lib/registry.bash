# shellcheck shell=bash
# Files of the package tools, for a registry that takes the credential as a password. Each begins with the user's own, so
# that what else is set there still holds. Where that is, is looked up once, since later the variables lead to ours.

# kite_docker_config BASIC OWN: the user's config.json with the registry's password. Where a helper has the passwords,
# Docker looks into no file, but for a registry whose helper is the empty one.
kite_docker_config() {
  local host own auths helpers config
  host=$(kite_json "${kite_registry%%/*}")
  kite_members "$2" && own=$2 || own='{}'
  auths=$(kite_member "$own" '"auths"') || auths='{}'
  helpers=$(kite_member "$own" '"credHelpers"') || helpers='{}'
  config=$(kite_with_member "$own" '"auths"' "$(kite_with_member "$auths" "$host" "{\"auth\":\"$1\"}")")
  if kite_member "$own" '"credsStore"' >/dev/null || kite_member "$helpers" "$host" >/dev/null; then
    config=$(kite_with_member "$config" '"credHelpers"' "$(kite_with_member "$helpers" "$host" '""')")
  fi
  printf '%s' "$config"
}

# Beside config.json the folder has the plugins of the command line, its contexts and builders.
kite_link_docker() {
  local entry
  for entry in "$1"/*; do
    case $entry in */config.json) continue ;; esac
    [ ! -e "$entry" ] || ln -sfn "$entry" "$kite_folder/docker/" || return
  done
}

kite_files_docker() {
  local text=''
  : "${kite_own_docker:=${DOCKER_CONFIG:-${HOME:-}/.docker}}"
  if [ -r "$kite_own_docker/config.json" ]; then text=$(<"$kite_own_docker/config.json"); fi
  kite_write docker/config.json "$(kite_docker_config "$1" "$text")" && kite_link_docker "$kite_own_docker" || return
  kite_set DOCKER_CONFIG "$kite_folder/docker"
  # Docker and its kin take these before any file.
  kite_rivals+=(DOCKER_AUTH_CONFIG REGISTRY_AUTH_FILE)
}

# The last line of a name is the one that npm takes. With a scope, all other packages come from where they came before.
kite_files_npm() {
  local text=''
  : "${kite_own_npmrc:=${NPM_CONFIG_USERCONFIG:-${npm_config_userconfig:-${HOME:-}/.npmrc}}}"
  if [ -r "$kite_own_npmrc" ]; then text=$(<"$kite_own_npmrc")$'\n'; fi
  text+="${kite_npm_scope:+$kite_npm_scope:}registry=https://$kite_registry/"$'\n'
  kite_keep NPM_CONFIG_USERCONFIG npmrc "$text//$kite_registry/:_authToken=$1"$'\n' || return
  kite_rivals+=(npm_config_userconfig)
  # npm takes a variable before any file.
  [ -n "$kite_npm_scope" ] || kite_rivals+=(NPM_CONFIG_REGISTRY npm_config_registry)
}

# Where pip has its own: the last of these that is there is the one that counts.
kite_own_pip_conf() {
  local file
  for file in "${PIP_CONFIG_FILE:-}" "${XDG_CONFIG_HOME:-${HOME:-}/.config}/pip/pip.conf" "${HOME:-}/.pip/pip.conf"; do
    if [ -f "$file" ] && [ -r "$file" ]; then
      cat "$file"
      return
    fi
  done
}

# kite_pip_conf URL: what is read, with this index in place of any other. Lines that begin with a space belong to the one
# before; a second [global] would be a mistake to pip.
kite_pip_conf() {
  local line dropped=false given=false index="index-url = $1"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      index-url* | index_url*) dropped=true && continue ;;
      [[:space:]]*) if [ "$dropped" = true ]; then continue; fi ;;
      *) dropped=false ;;
    esac
    printf '%s\n' "$line"
    case $line in '[global]'*) printf '%s\n' "$index" && given=true ;; esac
  done
  [ "$given" = true ] || printf '[global]\n%s\n' "$index"
}

kite_files_pip() {
  kite_keep PIP_CONFIG_FILE pip.conf "$(kite_own_pip_conf | kite_pip_conf "https://$1:$2@$kite_registry/simple/")"$'\n' || return
  kite_rivals+=(PIP_INDEX_URL)
  # twine reads its file from the home folder alone, and these before it.
  kite_set TWINE_REPOSITORY_URL "https://$kite_registry/"
  kite_set TWINE_USERNAME "$1"
  kite_set TWINE_PASSWORD "$2"
}

kite_files_registry() {
  local LC_ALL=C user=buildkite token=${kite_values[0]} basic safe='^[A-Za-z0-9._~-]+$'
  case $kite_kind in gcp) user=oauth2accesstoken ;; github) user=x-access-token ;; aws | azure) token='' ;; esac
  [[ $token =~ $safe ]] ||
    kite_fail "The option registry needs a role whose credential can be a password there. The kind of $1 is $kite_kind." || return
  basic=$(printf '%s:%s' "$user" "$token" | base64 | tr -d '\r\n')
  kite_redact "$basic" || return
  kite_files_docker "$basic" && kite_files_npm "$token" && kite_files_pip "$user" "$token"
}
