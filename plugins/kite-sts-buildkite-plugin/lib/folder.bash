# shellcheck shell=bash
# The private folders of a job. Their names begin with the job's id, so that pre-exit finds them whatever
# became of the hook that made them, and no variable of a step can lead it to another folder.

# kite_stem FOLDER: how the paths of this job's folders in it begin.
kite_stem() {
  local id=${BUILDKITE_JOB_ID:-none}
  printf '%s/kite-sts-%s' "${1%/}" "${id//[^A-Za-z0-9-]/}"
}

# kite_new_folder: leaves a new one in kite_folder.
kite_new_folder() {
  kite_folder=$(umask 077 && mktemp -d "$(kite_stem "${TMPDIR:-/tmp}").XXXXXXXX") ||
    kite_fail 'No private folder could be made. Is there room, and may this user write to TMPDIR or /tmp?'
}

# kite_write NAME TEXT: a file in it, for this user alone, of just this text: to most clients a line end would be part of
# the value. Whoever reads it meanwhile sees the old one or the new one. Leaves its path in kite_path.
kite_write() {
  kite_path=$kite_folder/$1
  (
    umask 077
    # Not -p: a folder that pre-exit removed stays removed.
    [ -d "${kite_path%/*}" ] || mkdir "${kite_path%/*}" || exit
    printf '%s' "$2" >"$kite_path.new" && mv -f "$kite_path.new" "$kite_path"
  ) || kite_fail "The file $kite_path could not be written."
}

# kite_revocable: notes where and what pre-exit gives back, which by then may be of another use of the plugin.
kite_revocable() {
  local noted=$kite_github_api
  [ ! -f "$kite_folder/github" ] || noted=$(<"$kite_folder/github")
  kite_write github "$noted"$'\n'"${kite_values[0]}"$'\n'
}

kite_revoke_form() {
  kite_target "$1/installation/token"
  kite_option request DELETE
  kite_option header "Authorization: Bearer $2"
  kite_option header 'User-Agent: kite-sts'
}

# A GitHub token lives for an hour unless it is given back, which nobody can do for the other kinds.
kite_revoke() {
  local api token
  [ -f "$1/github" ] || return 0
  {
    IFS= read -r api
    while IFS= read -r token; do kite_request 5 kite_revoke_form "$api" "$token"; done
  } <"$1/github"
}

# kite_forget: gives back what can be, and removes the job's folders. Also in /tmp, where they are when another hook
# has set TMPDIR since.
kite_forget() {
  local folder
  for folder in "$(kite_stem "${TMPDIR:-/tmp}")".* "$(kite_stem /tmp)".*; do
    if [ -d "$folder" ] && [ -O "$folder" ] && [ ! -L "$folder" ]; then
      kite_stop_keeper "$folder"
      kite_revoke "$folder"
      rm -rf -- "$folder"
    fi
  done
}
