# shellcheck shell=bash
# As much JSON as a user's configuration needs so that a member can be added to it: no jq is asked for.

# kite_json TEXT: as a JSON string. The text must be printable.
kite_json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$text"
}

kite_trim() {
  local text=$1
  text=${text#"${text%%[![:space:]]*}"}
  printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# kite_members TEXT: the members of a JSON object as they are written: names in kite_keys, values in kite_raws. Fails for
# any other text.
kite_members() {
  local rest token depth=0 key='' value='' string='^"[^"\]*(\\.[^"\]*)*"' plain='^[^]["{},:]+'
  kite_keys=() kite_raws=()
  rest=$(kite_trim "$1")
  case $rest in '{'*'}') ;; *) return 1 ;; esac
  while [ -n "$rest" ]; do
    if [[ $rest =~ $string || $rest =~ $plain ]]; then token=${BASH_REMATCH[0]}; else token=${rest:0:1}; fi
    rest=${rest:${#token}}
    case $token in '{' | '[') depth=$((depth + 1)) ;; '}' | ']') depth=$((depth - 1)) ;; esac
    case $depth$token in
      '1{') if [ -z "$key$value" ]; then continue; fi ;;
      '1:') if [ -z "$key" ]; then key=$(kite_trim "$value") value='' && continue; fi ;;
      '1,' | '0}')
        if [ -n "$key" ]; then kite_keys+=("$key") kite_raws+=("$(kite_trim "$value")"); fi
        key='' value=''
        continue
        ;;
    esac
    value+=$token
  done
  [ "$depth" -eq 0 ] && [ -z "$key" ]
}

# kite_with_member OBJECT KEY VALUE: the object with this member, in place of one of that name. What is no object is
# taken for an empty one. Key and value are JSON.
kite_with_member() {
  local index members="$2:$3"
  kite_members "$1" || kite_keys=()
  for index in "${!kite_keys[@]}"; do
    [ "${kite_keys[index]}" = "$2" ] || members+=",${kite_keys[index]}:${kite_raws[index]}"
  done
  printf '{%s}' "$members"
}

# kite_member OBJECT KEY: its value as it is written. Fails without one.
kite_member() {
  local index
  kite_members "$1" || return
  for index in "${!kite_keys[@]}"; do
    [ "${kite_keys[index]}" = "$2" ] || continue
    printf '%s' "${kite_raws[index]}"
    return
  done
  return 1
}
