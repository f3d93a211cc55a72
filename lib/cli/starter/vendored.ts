/**
 * Compares the tarball before anything of it is unpacked: what it says of itself would be worth nothing (T98). Of a shell
 * and coreutils alone, so that its reviewers can read all that it trusts.
 */
export const CHECK = `#!/usr/bin/env bash
# Is the kite-sts in vendor/ the one that its owners reviewed? Run this before npm ci: then nothing of it can answer for itself.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "$0")"

refuse() {
  echo "vendor/check.sh: $1" >&2
  exit 1
}

sha256() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi
}

tarballs=(kite-sts-*.tgz)
[ "\${#tarballs[@]}" = 1 ] || refuse "one tarball of kite-sts is expected here, and there are \${#tarballs[@]}."
tarball=\${tarballs[0]}

grep -qF ""file:vendor/$tarball"" ../package.json || refuse "package.json does not take kite-sts from vendor/$tarball."

sum=$(sha256 "$tarball")
digest=\${sum%% *}
[ "$(cat "$tarball.sha256")" = "$digest  $tarball" ] ||
  refuse "$tarball has the sha256 $digest, and $tarball.sha256 says otherwise."

# A variable of your CI, where no pull request can write: one digest or more, with spaces between.
case " \${KITE_STS_TARBALL_SHA256:-$digest} " in
  *" $digest "*) ;;
  *) refuse "$tarball has the sha256 $digest, which KITE_STS_TARBALL_SHA256 does not name." ;;
esac
echo "$digest  $tarball"
`;
