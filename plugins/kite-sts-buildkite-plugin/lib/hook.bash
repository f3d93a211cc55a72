# shellcheck shell=bash
# What the hooks call. The agent sources a hook and keeps what it exported, so nothing here may exit.

# A trace would print every secret to the log.
{ set +x; } 2>/dev/null

kite_home=${BASH_SOURCE[0]%/*}
# shellcheck source=lib/lists.bash
. "$kite_home/lists.bash"
# shellcheck source=lib/log.bash
. "$kite_home/log.bash"
# shellcheck source=lib/json.bash
. "$kite_home/json.bash"
# shellcheck source=lib/http.bash
. "$kite_home/http.bash"
# shellcheck source=lib/exchange.bash
. "$kite_home/exchange.bash"
# shellcheck source=lib/refusal.bash
. "$kite_home/refusal.bash"
# shellcheck source=lib/options.bash
. "$kite_home/options.bash"
# shellcheck source=lib/agent.bash
. "$kite_home/agent.bash"
# shellcheck source=lib/folder.bash
. "$kite_home/folder.bash"
# shellcheck source=lib/registry.bash
. "$kite_home/registry.bash"
# shellcheck source=lib/reach.bash
. "$kite_home/reach.bash"
# shellcheck source=lib/give.bash
. "$kite_home/give.bash"
# shellcheck source=lib/keep.bash
. "$kite_home/keep.bash"

kite_can_propagate() {
  [ "$kite_propagate" = false ] || [ -w "${BUILDKITE_ENV_FILE:-}" ] ||
    kite_fail 'BUILDKITE_ENV_FILE is not a file that can be written, so propagate-environment has no effect here: a container would be without the credential.'
}

kite_give_all() {
  local index
  kite_rivals=() kite_set_names=() kite_set_values=() kite_kept_roles=() kite_kept_folders=() kite_kept_ends=()
  for index in "${!kite_roles[@]}"; do
    kite_give "${kite_roles[index]}" "${kite_prefixes[index]:-}" || return
  done
  kite_give_reach
}

# kite_hook NAME: everything, when this is the hook that the option names. Returns 2 when the broker
# refused, 1 for any other failure, with nothing exported.
kite_hook() {
  local hook
  hook=$(kite_get HOOK environment)
  kite_must hook "$hook" 'environment|pre-command' 'environment or pre-command' || return
  [ "$hook" = "$1" ] || return 0
  kite_read_options && kite_ready && kite_can_propagate || return
  kite_give_all && kite_export
}
