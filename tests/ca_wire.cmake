# SPDX-License-Identifier: Apache-2.0
ca_unit_test(wire ca_wire test_faults)
ca_unit_test(wire_tell ca_wire)
ca_unit_test(client ca_wire)
ca_fuzzer(wire_question ca_wire)
ca_fuzzer(wire_answer ca_wire)
# Writes the first inputs of the two: make_wire_corpus tests/fuzz/corpus
add_executable(make_wire_corpus fuzz/make_wire_corpus.c)
target_link_libraries(make_wire_corpus PRIVATE ca_wire)
