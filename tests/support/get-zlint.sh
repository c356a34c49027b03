#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts Debian 13's zlint into FOLDER (default build/tools) and prints its path. The system's sources
# and packages stay as they are: apt works with folders of its own.
set -eu

folder=${1:-$(dirname "$0")/../../build/tools}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
program=$folder/zlint

if command -v zlint >/dev/null; then # Debian 13 has the package
    command -v zlint
    exit 0
fi
if [ -x "$program" ]; then
    echo "$program"
    exit 0
fi

# apt downloads as user _apt, who must reach the place.
work=$(mktemp -d /tmp/zlint-XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/out"
: >"$work/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=$(sed -n 's/^deb  *\(\[[^]]*\]  *\)\{0,1\}\(http[^ ]*\).*/\2/p; s/^URIs: *\(http[^ ]*\).*/\1/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -v security | head -n 1)
echo "deb [signed-by=$keyring] ${mirror:-http://deb.debian.org/debian} trixie main" >"$work/sources.list"
cat >"$work/apt.conf" <<EOF
APT::Sandbox::User "$(id -un)";
Dir::State "$work";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "$work/parts";
EOF
export APT_CONFIG="$work/apt.conf"
apt-get -qq update >&2
(cd "$work/out" && apt-get -qq download zlint >&2)
dpkg -x "$work"/out/zlint_*.deb "$work/root"
# Whole at once: several may ask at the same time.
cp "$work/root/usr/bin/zlint" "$program.$$"
mv "$program.$$" "$program"
echo "$program"
