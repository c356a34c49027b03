ca_unit_test(config base test_faults)
ca_fuzzer(config server_config)
