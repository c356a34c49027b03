# SPDX-License-Identifier: Apache-2.0
foreach(test base64 der file log pem queue secret text time together)
  ca_unit_test(${test} base)
endforeach()
ca_unit_test(buf base test_faults)
foreach(reader der pem)
  ca_fuzzer(${reader} base)
endforeach()
