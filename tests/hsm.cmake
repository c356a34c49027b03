# SPDX-License-Identifier: Apache-2.0
find_library(CA_SOFTHSM2 NAMES softhsm2 libsofthsm2.so PATH_SUFFIXES softhsm PATHS /usr/lib REQUIRED)
pkg_check_modules(P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)

ca_unit_test(algorithm base)

# A PKCS#11 module over SoftHSM2 that fails on demand.
add_library(ca_fake_token MODULE faults/fake_token.c)
target_include_directories(ca_fake_token SYSTEM PRIVATE ${P11KIT_INCLUDE_DIRS})
target_compile_definitions(ca_fake_token PRIVATE _GNU_SOURCE)
target_compile_options(ca_fake_token PRIVATE
  $<TARGET_PROPERTY:ca_flags,INTERFACE_COMPILE_OPTIONS> -fPIC)
target_link_libraries(ca_fake_token PRIVATE Threads::Threads ${CMAKE_DL_LIBS})

# Private tokens for tests: a process for each test, since a module is never unloaded.
add_library(test_token STATIC unit/token_support.c)
target_include_directories(test_token SYSTEM PUBLIC ${P11KIT_INCLUDE_DIRS})
target_compile_definitions(test_token PUBLIC
  CA_TEST_SOFTHSM2="${CA_SOFTHSM2}" CA_TEST_FAKE_TOKEN="$<TARGET_FILE:ca_fake_token>")
target_link_libraries(test_token PUBLIC hsm test_support ${CMAKE_DL_LIBS})
add_dependencies(test_token ca_fake_token)

ca_unit_test(hsm test_token)
ca_unit_test(hsm_fault test_token test_faults)
