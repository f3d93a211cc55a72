# shellcheck shell=bash
# What is printed. Values come from strangers (a branch's name, an answer), so each is cut down to printable
# ASCII: none can begin a line or a group of the log, or send the terminal a sequence. `##` is broken up, since
# the runner of GitHub Actions obeys `##[command]` wherever in a line it stands.

# kite_printable TEXT: at most 600 characters of it.
kite_printable() {
  local LC_ALL=C text=$1
  text=${text:0:600}
  text=${text//[#][#]/#?}
  printf '%s' "${text//[^[:print:]]/?}"
}

# kite_note TEXT: a line for the reader, on standard error.
kite_note() {
  printf '%s\n' "$(kite_printable "$1")" >&2
}

# kite_row LABEL TEXT: a line of what belongs to the note above it.
kite_row() {
  printf '  %-9s %s\n' "$1" "$(kite_printable "$2")" >&2
}

# kite_link LABEL URL: the same, for a URL; Buildkite's log makes a link only of this sequence.
kite_link() {
  local safe='^https?://[][A-Za-z0-9._~:/%-]+$'
  [[ $2 =~ $safe ]] || return 0
  if [ "${BUILDKITE:-}" != true ]; then
    kite_row "$1" "$2"
  else
    printf "  %-9s \033]1339;url='%s';content='%s'\a\n" "$1" "$2" "$2" >&2
  fi
}

# kite_open: opens the group of the log that this is in; a closed group hides why the job failed.
kite_open() {
  if [ "${BUILDKITE:-}" = true ]; then printf '^^^ +++\n' >&2; fi
}

# kite_fail TEXT: says what is wrong and what to do. Returns 1, for `kite_fail … || return`.
kite_fail() {
  kite_open
  kite_note "kite-sts: $1"
  return 1
}
