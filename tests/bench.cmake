# SPDX-License-Identifier: Apache-2.0
# Load for benchmarks and fault tests.
pkg_check_modules(SSL REQUIRED IMPORTED_TARGET libssl>=3.0)
add_executable(load bench/load.c)
target_link_libraries(load PRIVATE base PkgConfig::SSL)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto>=3.0)
add_executable(scep_messages bench/scep_messages.c)
target_link_libraries(scep_messages PRIVATE PkgConfig::CRYPTO)
add_executable(bench_policy bench/bench_policy.c)
target_link_libraries(bench_policy PRIVATE policy)
target_compile_definitions(bench_policy PRIVATE CA_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
pkg_check_modules(GMP REQUIRED IMPORTED_TARGET gmp)
add_executable(bench_keys bench/bench_keys.c)
target_link_libraries(bench_keys PRIVATE policy PkgConfig::GMP)

# The daemon without its audit log: for the figure of what the log costs, and for nothing else.
get_target_property(server_sources ca-server SOURCES)
list(TRANSFORM server_sources PREPEND ${CMAKE_SOURCE_DIR}/ca-server/)
add_executable(bench_server_without_audit bench/audit_stub.c ${server_sources})
target_compile_definitions(bench_server_without_audit PRIVATE CA_VERSION="${PROJECT_VERSION}")
target_link_libraries(bench_server_without_audit PRIVATE server_config
  $<LINK_GROUP:RESCAN,api,api_core> ca db hsm policy base server_audit server_keys server_sandbox)

# OCSP: its load, and the least that answers with the same octets.
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
add_executable(ocsp_load bench/ocsp_load.c)
target_link_libraries(ocsp_load PRIVATE base)
add_executable(bare_http bench/bare_http.c)
target_link_libraries(bare_http PRIVATE base PkgConfig::MICROHTTPD)
# What the token alone allows of SCEP.
add_executable(token_scep bench/token_scep.c)
target_link_libraries(token_scep PRIVATE base PkgConfig::P11KIT)
# Whether the time of a refusal tells what is wrong with a SCEP message.
add_executable(scep_padding bench/scep_padding.c unit/broken_block.c)
target_link_libraries(scep_padding PRIVATE test_token $<LINK_GROUP:RESCAN,api,api_core> ca db hsm policy base m)
