# shellcheck shell=bash
# A subject token in, a credential out: RFC 8693 with NAME=value lines, which are read and never evaluated.
# Whoever sources this has sourced lists.bash, and provides kite_mint, which leaves a fresh subject token in
# kite_token or fails.

kite_form() {
  local type=urn:ietf:params:oauth
  kite_target "$1/token"
  kite_option header 'Accept: text/plain'
  kite_option data-urlencode "grant_type=$type:grant-type:token-exchange"
  kite_option data-urlencode "subject_token_type=$type:token-type:jwt"
  kite_option data-urlencode "audience=$2"
  [ -z "$3" ] || kite_option data-urlencode "expires_in=$3"
  kite_option data-urlencode "subject_token=$kite_token"
}

# Each try has a token of its own: a role may take each but once, also when its answer was lost.
kite_ask() {
  kite_mint || return
  kite_request "$4" kite_form "$1" "$2" "$3"
}

# The kind and every value of it, or a failure; a line that is not known is never looked at.
kite_read_credential() {
  local LC_ALL=C name names printable='^[ -~]+$'
  kite_values=()
  kite_found KIND && names=$(kite_names "$kite_value") || return
  kite_kind=$kite_value
  for name in $names; do
    kite_found "$name" && [[ $kite_value =~ $printable ]] || return
    kite_values+=("$kite_value")
  done
}

# kite_exchange BROKER ROLE [SECONDS]: leaves kite_kind and kite_values, in the order of kite_names.
# Says why not: returns 2 when the broker refused, 1 when there was no exchange.
kite_exchange() {
  kite_persist kite_ask "$1" "$2" "${3:-}" || return
  case $kite_status in
    '') kite_fail "$kite_text_no_answer ($1: $(kite_trouble). Nothing was exchanged for the role $2.)" ;;
    200) kite_read_credential || kite_fail "The broker at $1 gave a credential of the role $2 in a form that is not known here. Is this older than the broker?" ;;
    3??) kite_fail "$kite_text_redirected ($1 answered $kite_status.)" ;;
    *) kite_refused "$1" "$2" ;;
  esac
}
