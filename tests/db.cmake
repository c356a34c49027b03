# SPDX-License-Identifier: Apache-2.0
# Tests that need a PostgreSQL of their own, in db/ and in the folders above it.
add_library(test_postgres STATIC unit/postgres_support.c unit/db_sample_support.c unit/db_fixture.c unit/proxy_support.c)
target_link_libraries(test_postgres PUBLIC db test_support)
target_compile_definitions(test_postgres PRIVATE CA_TEST_SUPPORT="${CMAKE_CURRENT_SOURCE_DIR}/support")

foreach(test db_schema db_approval db_objects db_request db_certificate db_certificate_list db_credential db_crl db_crl_halves db_tx db_pool db_scep)
  ca_unit_test(${test} db test_postgres)
endforeach()

add_executable(bench_db bench/bench_db.c)
target_link_libraries(bench_db PRIVATE db test_postgres)

add_test(NAME lint.embed_sql COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lint/embed_sql.sh ${CMAKE_SOURCE_DIR})
ca_unit_test(db_certificate_key db test_postgres)
ca_unit_test(db_status db test_postgres)
ca_unit_test(db_service db test_postgres)
ca_unit_test(db_revocation_job db test_postgres)
ca_unit_test(db_named_list db test_postgres)
