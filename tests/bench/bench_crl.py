# SPDX-License-Identifier: Apache-2.0
"""One full CRL: from the revoked rows in PostgreSQL to a verified CRL on record."""
import json
import os
import random
import subprocess
import time

import bench_common as common

# Revoked certificates as the signer would have recorded them, but for their DER.
REVOKED = """
INSERT INTO ca.certificate (period, id, authority_id, serial, state, der, fingerprint, spki_hash,
    subject, common_name, names, search, not_before, not_after, profile, issued_at, reason, revoked_at)
SELECT 16384 + 4 * (extract(year FROM now())::int - 2000) + extract(quarter FROM now())::int - 1,
    gen_random_uuid(), a.id,
    decode(lpad(to_hex(16384 + 4 * (extract(year FROM now())::int - 2000)
        + extract(quarter FROM now())::int - 1), 4, '0'), 'hex') || uuid_send(gen_random_uuid()),
    'revoked', '', sha256(uuid_send(gen_random_uuid())), sha256(''), 'CN=bench', 'bench', '', '{}',
    extract(epoch FROM now())::bigint - 1000, extract(epoch FROM now())::bigint + 8000000, 'https-ecc',
    extract(epoch FROM now())::bigint - 1000, (ARRAY[1, 4, 5, -1])[1 + n %% 4],
    extract(epoch FROM now())::bigint - n %% 900
FROM generate_series(1, %d) n, ca.authority a WHERE a.name = '%s'
"""


def generate(env):
    """Asks for a CRL now; seconds, and what the server says of it."""
    url = f"{env['CA_HTTPS_URL']}/api/v1/authorities/{env['CA_ISSUING_NAME']}/crl"
    started = time.monotonic()
    out = subprocess.run(["curl", "-fsS", "-X", "POST", "--cacert", env["CA_ROOT_PEM"], "--cert",
                          env["CA_ADMIN_PEM"], url], check=True, capture_output=True, text=True).stdout
    return time.monotonic() - started, json.loads(out)


def revoke(env, n):
    """So many more certificates."""
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", env["CA_DB_CONNINFO"]], check=True,
                   input=REVOKED % (n, env["CA_ISSUING_NAME"]) +
                   "; VACUUM ANALYZE ca.certificate; VACUUM ANALYZE ca.crl_entry; CHECKPOINT;", text=True)


def ours(options, report, path):
    with common.ca_server(options.build, f"{path}/state") as (env, _):
        signer = int(env["CA_SIGNER_PID"])
        generate(env)
        tenth = options.entries // 10
        before = common.rss_mb(signer, "VmHWM")
        revoke(env, tenth)
        part, crl = generate(env)
        report.note(f"CRL of {crl['entries']} entries, {crl['size'] / 1e6:.1f} MB")
        revoke(env, options.entries - tenth)
        seconds, crl = min((generate(env) for _ in range(3)), key=lambda got: got[0])
        memory = common.rss_mb(signer, "VmHWM") - before
    assert crl["entries"] >= options.entries, crl
    report.note(f"CRL of {crl['entries']} entries, {crl['size'] / 1e6:.1f} MB")
    return part, seconds, memory


def openssl(options, path):
    """openssl ca -gencrl over an index of as many entries; seconds and megabytes."""
    os.makedirs(path)
    with open(f"{path}/index.txt", "w") as f:
        for _ in range(options.entries):
            f.write(f"R\t301231235959Z\t261101120000Z,superseded\t{random.getrandbits(127) | 1 << 126:X}"
                    f"\tunknown\t/CN=bench\n")
    with open(f"{path}/ca.cnf", "w") as f:
        f.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={path}/index.txt\ndefault_md=sha256\n"
                f"default_crl_days=7\n")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=bench", "-keyout", f"{path}/ca.key", "-out",
                    f"{path}/ca.pem"], check=True, capture_output=True)
    started = time.monotonic()
    process = subprocess.Popen(["openssl", "ca", "-gencrl", "-config", f"{path}/ca.cnf", "-cert",
                                f"{path}/ca.pem", "-keyfile", f"{path}/ca.key", "-out",
                                f"{path}/crl.pem"], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0
    return time.monotonic() - started, usage.ru_maxrss / 1024


def run(options, report):
    with common.scratch() as path:
        part, seconds, memory = ours(options, report, path)
    with common.scratch() as path:
        peer_seconds, peer_memory = openssl(options, f"{path}/openssl")
    report.row("crl", f"{options.entries // 10} entries, as a part has", "s", round(part, 2))
    report.row("crl", f"{options.entries} entries, whole", "s", round(seconds, 2),
               "openssl ca -gencrl (from a text file)", round(peer_seconds, 2))
    report.row("crl", "added memory of the signer", "MB", round(memory, 1), "openssl ca -gencrl",
               round(peer_memory, 1))
