# SPDX-License-Identifier: Apache-2.0
# The recorder over a database of its own: it links the sources under test and none of db/.
add_executable(test_recorder unit/test_recorder.c unit/fake_db.c
  ${CMAKE_SOURCE_DIR}/ca/claim.c ${CMAKE_SOURCE_DIR}/ca/claim_finding.c ${CMAKE_SOURCE_DIR}/ca/recorder.c ${CMAKE_SOURCE_DIR}/ca/recorder_batch.c
  ${CMAKE_SOURCE_DIR}/ca/recorder_wait.c ${CMAKE_SOURCE_DIR}/ca/recorder_writer.c ${CMAKE_SOURCE_DIR}/ca/audit.c)
target_link_libraries(test_recorder PRIVATE ca_audit test_support)
add_test(NAME unit.recorder COMMAND test_recorder)
ca_unit_test(serial ca)
ca_unit_test(owned_name ca)
ca_unit_test(checkpoint ca_audit)
# Seals over a token of their own.
add_executable(test_seal unit/test_seal.c ${CMAKE_SOURCE_DIR}/ca/seal.c)
target_link_libraries(test_seal PRIVATE base test_support)
add_test(NAME unit.seal COMMAND test_seal)
# Certificates that are named one by one, over a database of four.
add_executable(test_mass_list unit/test_mass_list.c ${CMAKE_SOURCE_DIR}/ca/mass_list.c)
target_link_libraries(test_mass_list PRIVATE base test_support)
add_test(NAME unit.mass_list COMMAND test_mass_list)
# What sort(1) says of a list.
add_executable(test_named_list_digest unit/test_named_list_digest.c ${CMAKE_SOURCE_DIR}/ca/named_list_digest.c)
target_link_libraries(test_named_list_digest PRIVATE base test_support)
add_test(NAME unit.named_list_digest COMMAND test_named_list_digest)
# The signing function over a token of its own.
add_executable(test_authorisation unit/test_authorisation.c ${CMAKE_SOURCE_DIR}/ca/authorisation.c)
target_link_libraries(test_authorisation PRIVATE policy test_support)
add_test(NAME unit.authorisation COMMAND test_authorisation)
# The way of a request over fakes of recorder, database, token, server and operators.
set(issuance_sources unit/issuance_fakes.c)
foreach(source blocklist claim claim_finding record_rules authorisation burn clock dispatch issuance issue issue_now requester serial settle wish wish_extension)
  list(APPEND issuance_sources ${CMAKE_SOURCE_DIR}/ca/${source}.c)
endforeach()
add_executable(test_issuance unit/test_issuance.c ${issuance_sources})
target_link_libraries(test_issuance PRIVATE ca_wire policy test_support)
target_link_options(test_issuance PRIVATE -Wl,--wrap=ca_time_now)
add_test(NAME unit.issuance COMMAND test_issuance)
