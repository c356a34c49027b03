#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: headers.sh ROOT. Each header is read once and declares something itself, a module's own
# header comes first, and few files see what most must not. layers.sh has the folders.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

own_is_first() {
    own=${1%.c}.h
    [ -f "$own" ] || return 0
    case $(grep -m 1 '^#include' "$1") in
    "#include \"$own\"" | "#include \"${own%.h}_internal.h\"") ;; # the latter includes the former
    *) say "$1: $own is not its first include" ;;
    esac
}
for file in $(c_files); do
    case $file in
    *.c) own_is_first "$file" ;;
    *.h) grep -q '^#pragma once$' "$file" || say "$file: no #pragma once" ;;
    esac
done

headers=$(files -name '*.h')
declaring=$(printf '%s\n' "$headers" | code | grep -vE '^[^:]*:[0-9]*:(#(pragma|include).*|[[:space:]]*)$' | cut -d: -f1 | sort -u)
for file in $headers; do
    printf '%s\n' "$declaring" | grep -qxF "$file" || say "$file: an umbrella, it declares nothing itself"
done

refuse "$(product_files | grep -vxE 'api/(server|reply)\.c' | code)" '#include <microhttpd\.h>' 'only api/server.c and api/reply.c may'

policy=$(product_files | grep '^policy/' | code)
refuse "$policy" '#include "base/(file|log|secret|queue)\.h"|(ca_time_now|ca_time_now_us|ca_mono_ms|ca_mono_us|getenv|fopen|open) *\(' \
    'policy/ has no I/O and no clock'
# The dispatchers, the signer's jobs and ca-server/ do.
libraries=$(product_files | grep -E '^(base|hsm|db|policy)/' | grep -v '^base/log\.' | code)
refuse "$libraries" '(CA_LOG|ca_log) *\(' 'libraries do not log'
finish
