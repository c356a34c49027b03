# SPDX-License-Identifier: Apache-2.0
# CRLs: the writer and the walk need neither token nor database.
set(crl_sources unit/crl_support.c)
foreach(source crl_der crl_entries crl_file crl_reader crl_walk)
  list(APPEND crl_sources ${CMAKE_SOURCE_DIR}/ca/${source}.c)
endforeach()

ca_unit_test(crl base)
target_sources(test_crl PRIVATE ${crl_sources})
ca_fuzzer(crl_walk base)
target_sources(fuzz_crl_walk PRIVATE ${crl_sources})

# The whole signer over a token and a database.
add_library(test_signer STATIC unit/signer_support.c)
target_link_libraries(test_signer PUBLIC ca test_token test_postgres)
ca_unit_test(authority test_signer)
add_library(test_office STATIC unit/approval_support.c)
target_link_libraries(test_office PUBLIC test_signer)
ca_unit_test(consent test_office)
ca_unit_test(consent_property test_office)
ca_unit_test(approval_gate test_office)
ca_unit_test(profiles test_signer)
ca_unit_test(ocsp test_signer)
ca_unit_test(db_crl_stage db test_postgres)
ca_unit_test(service test_signer)
target_link_options(test_service PRIVATE -Wl,--wrap=ca_time_now)
