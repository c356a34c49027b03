ca_unit_test(csr policy test_faults)
