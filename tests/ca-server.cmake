# SPDX-License-Identifier: Apache-2.0
ca_unit_test(config base test_faults)
ca_unit_test(sandbox server_sandbox)
ca_fuzzer(config server_config)
ca_unit_test(audit_check server_audit)
ca_fuzzer(audit_export server_audit)
if(TARGET ca-server)
  add_test(NAME lint.generated COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/generated.sh $<TARGET_FILE:ca-server> ${CMAKE_SOURCE_DIR})
endif()
