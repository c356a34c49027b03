# SPDX-License-Identifier: Apache-2.0
# tests/lint/NAME.sh ROOT; 77 means that it has not the tool it needs. tests/lint/tidy.sh takes
# minutes and is no test: CONTRIBUTING.md says when to run it.
foreach(lint actions banned docs format headers invariants layers problems scripts spdx sql words)
  add_test(NAME lint.${lint} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/${lint}.sh ${CMAKE_SOURCE_DIR})
  set_tests_properties(lint.${lint} PROPERTIES SKIP_RETURN_CODE 77)
endforeach()
# Each of them fails where something is wrong.
add_test(NAME lint.planted COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/planted.sh ${CMAKE_SOURCE_DIR})
set_tests_properties(lint.planted PROPERTIES COST 1000) # the longest begins first
