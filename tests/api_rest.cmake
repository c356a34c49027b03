# SPDX-License-Identifier: Apache-2.0
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
# Handlers of api/rest over a request and a response made by hand (unit/rest_support.c).
add_library(rest_support STATIC unit/rest_support.c)
target_link_libraries(rest_support PUBLIC api test_support)
ca_unit_test(rest_serial api)
ca_unit_test(rest_json rest_support test_faults)
# These read rows that are in memory.
add_library(rest_case STATIC unit/rest_case.c unit/rest_fake_db.c unit/rest_fake_approval.c unit/rest_consent.c)
target_link_libraries(rest_case PUBLIC rest_support)
ca_unit_test(rest_certificates rest_case)
ca_unit_test(rest_changes rest_case)
ca_unit_test(rest_profiles rest_case)
ca_unit_test(rest_approvals rest_case)
ca_unit_test(rest_decisions rest_case)
ca_unit_test(rest_rules rest_case)
ca_unit_test(rest_scep rest_case)
# The route table stands in api_core and names the handlers in api.
ca_unit_test(rest_openapi $<LINK_GROUP:RESCAN,api,api_core> PkgConfig::JANSSON)
ca_fuzzer(json_request rest_support)
# docs/reference/api.md is what the tables say:
#   test_rest_openapi --print | docs/reference/make-api.py > docs/reference/api.md
add_test(NAME lint.api_reference COMMAND sh -c
  "\"$<TARGET_FILE:test_rest_openapi>\" --print | docs/reference/make-api.py | diff -u docs/reference/api.md -")
set_tests_properties(lint.api_reference PROPERTIES WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
