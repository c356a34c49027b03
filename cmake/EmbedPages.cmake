# SPDX-License-Identifier: Apache-2.0
# One {"NAME", "text"}, line in OUT for each page NAME.md of IN.
set(out "")
foreach(file IN LISTS IN)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n" text "${text}")
  string(APPEND out "{\"${name}\", \"${text}\"},\n")
endforeach()
file(WRITE "${OUT}" "${out}")
