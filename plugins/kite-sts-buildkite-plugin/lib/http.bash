# shellcheck shell=bash
# Requests by curl. Options, tokens among them, reach it on standard input: arguments are seen by every
# user of the machine in the list of processes. `printf` is a builtin, so it has no arguments to be seen.

# How many seconds all tries of a request may take together.
kite_timeout=20

# kite_url_ok URL: is it https, or http to this machine, without user, query or fragment?
kite_url_ok() {
  local LC_ALL=C path='(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$'
  local https="^https://[A-Za-z0-9.-]+$path" loopback="^http://(127\.0\.0\.1|localhost|\[::1\])$path"
  [[ $1 =~ $https || $1 =~ $loopback ]]
}

# kite_option NAME VALUE: a line of a `curl --config` file. The value must have no line end.
kite_option() {
  local value=$2
  value=${value//\\/\\\\}
  value=${value//\"/\\\"}
  printf '%s = "%s"\n' "$1" "$value"
}

# kite_target URL: where to, and by nothing else. A proxy would see what goes to this machine in clear.
kite_target() {
  kite_option url "$1"
  case $1 in
    https:*) kite_option proto '=https' ;;
    *) kite_option proto '=http' && kite_option noproxy '*' ;;
  esac
}

# What holds for every request. Redirects are not followed: a token would go to who knows whom.
kite_always() {
  printf '%s\n' silent globoff suppress-connect-headers 'dump-header = "-"' 'header = "Expect:"' \
    'max-filesize = 65536' 'connect-timeout = 5' "max-time = $1"
}

# kite_final ANSWER: leaves it in kite_answer without the interim responses before it (RFC 9110 section 15.2), such as
# 103 of a content network: each is a head alone, and the answer is still to come.
kite_final() {
  local end=$'\r\n\r\n' interim='^HTTP/[0-9.]+ 1[0-9][0-9]'
  kite_answer=$1
  while [[ $kite_answer =~ $interim ]]; do
    case $kite_answer in *"$end"*) kite_answer=${kite_answer#*"$end"} ;; *) kite_answer='' ;; esac
  done
}

# kite_send COMMAND…: what curl answers for the options that the command prints, head and body. Returns curl's exit code.
# No more than this is read: before 8.4, curl's own limit heeds the length that an answer states, and nothing else.
kite_send() {
  # -q: a .curlrc could send the request elsewhere.
  { kite_always "$kite_patience" && "$@"; } | curl -q --config - 2>/dev/null | head -c 81921
  return "${PIPESTATUS[1]}"
}

# kite_request SECONDS COMMAND…: one request; the command prints its options. Leaves kite_curl (curl's exit
# code), kite_status (empty if nothing answered), kite_retry_after (seconds, or empty) and kite_body.
kite_request() {
  local answer head end=$'\r\n\r\n' status='^HTTP/[0-9.]+ ([0-9]{3})'
  local retry=$'\n[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *([0-9]{1,4})\r'
  local LC_ALL=C kite_patience=$1 kite_answer
  [ "$kite_patience" -ge 1 ] || kite_patience=1 # 0 would be no limit at all
  shift
  kite_status='' kite_retry_after='' kite_body='' kite_curl=0
  answer=$(kite_send "$@") || kite_curl=$?
  [ ${#answer} -le 81920 ] || kite_curl=63
  [ "$kite_curl" -eq 0 ] || return 0
  kite_final "$answer"
  head=${kite_answer%%"$end"*}
  kite_body=${kite_answer#*"$end"}
  # What curl takes off the end of an answer without a body is the empty line itself.
  [ "$kite_body" != "$kite_answer" ] || kite_body=''
  if [[ $head =~ $status ]]; then kite_status=${BASH_REMATCH[1]}; fi
  if [[ $head$'\r' =~ $retry ]]; then kite_retry_after=$((10#${BASH_REMATCH[1]})); fi
}

# kite_found NAME: leaves the value of the line NAME=value of kite_body in kite_value, as it stands there.
kite_found() {
  local newline=$'\n' text=$'\n'$kite_body$'\n'
  kite_value=''
  case $text in *"$newline$1="*) ;; *) return 1 ;; esac
  text=${text#*"$newline$1="}
  kite_value=${text%%"$newline"*}
}

# kite_passing: may the same request fare better in a moment? A refusal never does.
kite_passing() {
  case $kite_status in
    429 | 502 | 503 | 504) return 0 ;;
    '') case $kite_curl in 6 | 7 | 18 | 28 | 52 | 55 | 56 | 92) return 0 ;; esac ;;
  esac
  return 1
}

# kite_persist COMMAND…: runs it, with the seconds left as its last argument, up to four times within
# kite_timeout seconds for as long as its request fares badly in passing. Fails when the command does.
kite_persist() {
  local deadline=$((SECONDS + kite_timeout)) pause
  for pause in 1 2 4 0; do
    "$@" $((deadline - SECONDS)) || return
    kite_passing || return 0
    pause=$((${kite_retry_after:-0} > pause && pause > 0 ? kite_retry_after : pause))
    if [ "$pause" -eq 0 ] || [ $((SECONDS + pause)) -ge "$deadline" ]; then return 0; fi
    # A fleet that was refused at one moment must not come back at one moment.
    sleep "$pause.$((RANDOM % 10))"
  done
}

# kite_trouble: why nothing answered, in words.
kite_trouble() {
  case $kite_curl in
    5 | 6) echo 'its name, or the name of the proxy, is not known' ;;
    7) echo 'nothing takes connections there' ;;
    28) echo 'it did not answer in time' ;;
    35 | 51 | 58 | 60 | 77) echo 'its certificate or its TLS is not good' ;;
    23 | 63 | 141) echo 'its answer is larger than any of a broker' ;;
    127) echo 'curl is not installed' ;;
    *) echo 'the connection failed' ;;
  esac
}
