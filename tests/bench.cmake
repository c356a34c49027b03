# SPDX-License-Identifier: Apache-2.0
# Load for benchmarks and fault tests.
pkg_check_modules(SSL REQUIRED IMPORTED_TARGET libssl>=3.0)
add_executable(load bench/load.c)
target_link_libraries(load PRIVATE base PkgConfig::SSL)
add_executable(bench_policy bench/bench_policy.c)
target_link_libraries(bench_policy PRIVATE policy)
target_compile_definitions(bench_policy PRIVATE CA_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
pkg_check_modules(GMP REQUIRED IMPORTED_TARGET gmp)
add_executable(bench_keys bench/bench_keys.c)
target_link_libraries(bench_keys PRIVATE policy PkgConfig::GMP)
