# Authorities and CRLs.
set(ca_authority_sources
  crl.c crl_der.c crl_entries.c crl_file.c crl_reader.c crl_walk.c)
