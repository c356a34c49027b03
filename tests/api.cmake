# SPDX-License-Identifier: Apache-2.0
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)

# The HTTP core with fakes in place of signer, database, token and REST handlers.
add_library(test_front_fakes STATIC unit/front_fakes.c unit/front_pki.c unit/front_support.c unit/ocsp_fakes.c
  unit/scep_fake_ra.c unit/scep_fakes.c)
target_link_libraries(test_front_fakes PUBLIC api_core test_support PkgConfig::CURL)

ca_unit_test(route api_core test_front_fakes)
ca_unit_test(problem api_core test_front_fakes)
target_link_libraries(test_problem PRIVATE PkgConfig::JANSSON)
ca_unit_test(http test_front_fakes)
ca_unit_test(front test_front_fakes)
ca_unit_test(webhook api_core test_front_fakes)
ca_unit_test(keeper api_core test_front_fakes)
ca_unit_test(login api_core test_front_fakes)

# SCEP messages as clients make and read them.
add_library(test_pki_message STATIC unit/pki_message.c)
target_link_libraries(test_pki_message PUBLIC api_core test_support)
target_link_libraries(test_front_fakes PUBLIC test_pki_message)
ca_unit_test(scep_message test_pki_message api_core)
target_sources(test_scep_message PRIVATE unit/broken_block.c)
ca_unit_test(scep_front test_front_fakes)
ca_unit_test(scep_decision api_core test_front_fakes PkgConfig::CURL)
ca_fuzzer(shelf_crl api_core)
ca_fuzzer(scep_decision api_core)
ca_fuzzer(scep_message api_core)
ca_fuzzer(scep_query api_core)
add_executable(scep_raw tools/scep_raw.c) # tests/integration/test_scep_raw.py
target_link_libraries(scep_raw PRIVATE test_pki_message)
add_executable(make_scep_corpus fuzz/make_scep_corpus.c)
target_link_libraries(make_scep_corpus PRIVATE test_pki_message)
ca_fuzzer(target api_core test_front_fakes)

foreach(test ocsp_cache ocsp_front ocsp_query)
  ca_unit_test(${test} api_core test_front_fakes)
endforeach()
ca_fuzzer(ocsp_query api_core test_front_fakes)
