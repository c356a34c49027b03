# SPDX-License-Identifier: Apache-2.0
# One C string literal, and a comma, for each file of IN.
set(out "")
foreach(file IN LISTS IN)
  file(READ "${file}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n\"" text "${text}")
  string(APPEND out "\"${text}\",\n")
endforeach()
file(WRITE "${OUT}" "${out}")
