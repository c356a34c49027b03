# SPDX-License-Identifier: Apache-2.0
# Sources of the signer's part of SCEP.
set(ca_scep_sources scep_challenge.c scep_endpoint.c scep_enrol.c scep_gate.c scep_names.c scep_row.c scep_secret.c scep_signer.c)
