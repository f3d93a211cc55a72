# shellcheck shell=bash
# Keeps the files of a job new: a process beside the job for each folder, until pre-exit. A token of the job lives for
# minutes, a session for an hour or less, and a job may outlast both.

# Seconds between two looks at what is due, and seconds until what failed is tried again, so many times.
kite_look=15 kite_again=60 kite_tries=10

# kite_epoch TIME: its seconds since the epoch, for a time such as 2030-01-01T00:00:00Z. Years begin with March here, so
# that a leap day is the last of its year.
kite_epoch() {
  local form='^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})' year month days
  [[ $1 =~ $form ]] || return
  year=$((10#${BASH_REMATCH[1]})) month=$((10#${BASH_REMATCH[2]} - 3))
  [ "$month" -ge 0 ] || year=$((year - 1)) month=$((month + 12))
  days=$((365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + 10#${BASH_REMATCH[3]} - 719469))
  echo $(((days * 24 + 10#${BASH_REMATCH[4]}) * 3600 + 10#${BASH_REMATCH[5]} * 60 + 10#${BASH_REMATCH[6]}))
}

# kite_due SECONDS: when something that lives so long is renewed: a third of its life is left then.
kite_due() {
  echo $(($(date +%s) + $1 * 2 / 3))
}

kite_token_due() {
  kite_due "${kite_lifetime:-300}"
}

# kite_credential_due TIME: the same for a credential that ends then; a time in another form is an hour away.
kite_credential_due() {
  local end
  end=$(kite_epoch "$1") || end=$(($(date +%s) + 3600))
  kite_due $((end - $(date +%s)))
}

# The job's own token, for clients that ask the broker themselves.
kite_renew_token() {
  kite_mint && kite_write subject-token "$kite_token" && kite_token_end=$(kite_token_due)
}

kite_renew_credential() {
  kite_exchange "$kite_broker" "$1" "$kite_seconds" && kite_redact_credential || return
  [ "$kite_kind" != github ] || kite_revocable || return
  kite_give_files "$1" && kite_credential_end=$(kite_credential_due "${kite_values[${#kite_values[@]} - 1]}")
}

# kite_look_after DUE COMMAND…: runs it when it is due. Fails when there is no sense in another try.
kite_look_after() {
  local result=0
  [ "$1" -gt 0 ] && [ "$(date +%s)" -ge "$1" ] || return 0
  "${@:2}" && kite_failed=0 && return
  result=$?
  kite_note "kite-sts: that was at $(date -u +%H:%M:%S) UTC, when the files of this job were to be renewed."
  kite_failed=$((kite_failed + 1))
  kite_pause_until=$(($(date +%s) + kite_again))
  [ "$result" -ne 2 ] && [ "$kite_failed" -lt "$kite_tries" ]
}

# kite_keep_new ROLE END: until the folder is gone or nothing more can be had. Zero is never.
kite_keep_new() {
  local kite_token_end=0 kite_credential_end=0 kite_failed=0 kite_pause_until=0
  # The agent may end the terminal that the hook ran in.
  trap '' HUP
  set +e
  if [ -f "$kite_folder/subject-token" ]; then kite_token_end=$(kite_token_due); fi
  if [ "$kite_mode" = files ]; then kite_credential_end=$(kite_credential_due "$2"); fi
  while sleep "$kite_look" && [ -d "$kite_folder" ]; do
    [ "$(date +%s)" -ge "$kite_pause_until" ] || continue
    kite_look_after "$kite_token_end" kite_renew_token || break
    kite_look_after "$kite_credential_end" kite_renew_credential "$1" || break
  done
  rm -f "$kite_folder/keeper.pid"
}

# kite_start_keeper ROLE END: in a group of its own, so that all of it can be ended, and with no stream of the hook, whose
# end the agent waits for. Bash keeps those that it has redirected from 10 on.
kite_start_keeper() {
  (
    set -m
    kite_keep_new "$1" "$2" </dev/null >/dev/null 2>"$kite_folder/keeper.log" 3>&- 4>&- 5>&- 6>&- \
      7>&- 8>&- 9>&- 10>&- 11>&- 12>&- 13>&- 14>&- 15>&- &
    kite_write keeper.pid "$!"
  )
}

kite_start_keepers() {
  local index
  for index in "${!kite_kept_roles[@]}"; do
    kite_folder=${kite_kept_folders[index]}
    kite_start_keeper "${kite_kept_roles[index]}" "${kite_kept_ends[index]}" || return
  done
}

# kite_stop_keeper FOLDER: ends it, before the folder is removed under it, and prints what it had to say.
kite_stop_keeper() {
  local pid='' moment number='^[0-9]+$'
  if [ -f "$1/keeper.pid" ]; then pid=$(<"$1/keeper.pid"); fi
  if [[ $pid =~ $number ]] && kill -- "-$pid" 2>/dev/null; then
    for moment in 1 2 3 4 5 9; do
      kill -0 -- "-$pid" 2>/dev/null || break
      if [ "$moment" -eq 9 ]; then kill -9 -- "-$pid" 2>/dev/null; fi
      sleep 0.1
    done
  fi
  if [ -s "$1/keeper.log" ]; then tail -n 50 "$1/keeper.log" >&2; fi
}
