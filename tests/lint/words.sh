#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: words.sh ROOT. What must not stay in the tree: notes to oneself, paths of one machine,
# addresses of package registries.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

# These two have to name them.
list=$(files | grep -vxE 'tests/lint/(words|planted)\.sh')
refuse_text() { # PATTERN WHY
    found=$(printf '%s\n' "$list" | xargs -r grep -HnIE -- "$1") || return 0
    say "$found"
    say "  refused: $2"
}

refuse_text '(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)' 'a note to oneself' # XXXXXX of mkstemp is none
refuse_text '(^|[^A-Za-z0-9_.$}/])/work/|/tmp/b-' 'a path of one machine'
refuse_text 'registry\.(npmjs|yarnpkg)|pypi\.org|pythonhosted\.org|crates\.io|proxy\.golang\.org|rubygems\.org' \
    'a registry belongs into the settings of its client'
finish
