# SPDX-License-Identifier: Apache-2.0
# Authorities and CRLs.
set(ca_authority_sources
  authority.c authority_change.c authority_create.c authority_create_check.c authority_install.c authority_row.c
  crl.c crl_ahead.c crl_schedule.c crl_der.c crl_entries.c crl_file.c crl_reader.c crl_rows.c crl_spread.c crl_walk.c csr_build.c publisher.c schedule.c schedule_metrics.c)
