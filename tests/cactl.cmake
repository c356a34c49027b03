# SPDX-License-Identifier: Apache-2.0
ca_unit_test(cactl_args cactl_core)
ca_unit_test(cactl_output cactl_core)
ca_unit_test(cactl_exit cactl_core)
ca_unit_test(cactl_context cactl_core)
ca_unit_test(cactl_lines cactl_core)
ca_unit_test(cactl_inspect cactl_core test_faults)

ca_fuzzer(cactl_context cactl_core)
