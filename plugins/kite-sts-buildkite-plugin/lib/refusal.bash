# shellcheck shell=bash
# A refusal in words: what was refused, why, who can help, and what of the caller's own stood in the way.

# CLAIM=<name> absent [(add --claim <name>)] | <name> differs|wrong_type|unusable <value> [(<why>)]. A value is the caller's
# own text, so what it says after `differs` is shown and not understood.
kite_claim() {
  local name=${1%% *} rest=${1#* } add='^absent \(add --claim ([A-Za-z0-9_.:/-]+)\)'
  if [[ $rest =~ $add ]]; then
    kite_row claim "$name $kite_text_claim_absent: add --claim ${BASH_REMATCH[1]} (in the plugin: claims: [\"${BASH_REMATCH[1]}\"])"
    return
  fi
  case $rest in
    absent*) kite_row claim "$name $kite_text_claim_absent" ;;
    unusable*) kite_row claim "$name cannot be used; the token says: ${rest#unusable }" ;;
    differs*) kite_row claim "$name $kite_text_claim_differs ${rest#differs }" ;;
    *) kite_row claim "$name $kite_text_claim_wrong_type ${rest#wrong_type }" ;;
  esac
}

kite_claims() {
  local line rest=$kite_body$'\n' newline=$'\n'
  while [ -n "$rest" ]; do
    line=${rest%%"$newline"*}
    rest=${rest#*"$newline"}
    case $line in CLAIM=*) kite_claim "${line#CLAIM=}" ;; esac
  done
}

kite_labelled() {
  if kite_found "$2"; then kite_row "$1" "$kite_value"; fi
}

# kite_refused BROKER ROLE: prints the refusal in kite_body. Returns 2, or 1 when it is none of a broker's
# or the fault is not the caller's.
kite_refused() {
  local code word='^[a-z_]{1,64}$'
  if ! kite_found CODE || ! [[ $kite_value =~ $word ]]; then
    kite_fail "$kite_text_no_broker ($1/token answered $kite_status.)"
    return
  fi
  code=$kite_value
  kite_open
  kite_note "kite-sts: no credential for the role $2"
  kite_row code "$code"
  kite_labelled why DESCRIPTION
  kite_labelled decision DECISION_ID
  kite_labelled contact CONTACT
  kite_claims
  kite_link help "$1/errors/$code"
  case $kite_status in 4??) return 2 ;; *) return 1 ;; esac
}
