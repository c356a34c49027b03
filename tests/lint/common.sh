# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Sourced by the lints: `cd` into the tree, then these. Finds files by looking, so that it also
# works on a copy without a repository around it.
lint_bad=0
say() {
    echo "$*"
    lint_bad=1
}

# files [TEST...]: the text of the project; build folders, samples and corpora are no text.
files() {
    find . \( -name .git -o -path ./build -o -path ./var -o -path ./tests/data -o -path ./tests/fuzz/corpus \
        -o -name node_modules -o -name dist -o -name __pycache__ \) -prune -o -type f "$@" -print |
        sed 's|^\./||' | LC_ALL=C sort
}
c_files() { files \( -name '*.c' -o -name '*.h' \); }
# The daemon and its tools, without tests and benchmarks.
product_files() { c_files | grep -v '^tests/'; }

# code: of the files named on stdin, C without comments, each line as FILE:LINE:TEXT; strings stay.
code() {
    xargs -r awk 'FNR == 1 { inside = 0 }
    {
        out = ""
        for (line = $0; line != "";) {
            at = index(line, inside ? "*/" : "/*")
            if (!inside) out = out (at == 0 ? line : substr(line, 1, at - 1))
            if (at == 0) break
            line = substr(line, at + 2)
            inside = !inside
        }
        print FILENAME ":" FNR ":" out
    }'
}

# refuse CODE PATTERN WHY: no line of CODE may have a word that starts like this.
refuse() {
    found=$(printf '%s\n' "$1" | grep -E "^[^:]*:[0-9]*:(.*[^A-Za-z0-9_])?($2)") || return 0
    say "$found"
    say "  refused: $3"
}

finish() { exit "$lint_bad"; }
