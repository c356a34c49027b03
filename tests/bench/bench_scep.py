# SPDX-License-Identifier: Apache-2.0
"""Enrolments a second over SCEP: PKCSReq by POST, RSA-2048, AES-128 and SHA-256, a static challenge. Beside them what
the token alone allows: for each, an RSA-2048 decryption, an RSA-2048 signature and the authority's signature."""
import contextlib
import glob
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request

import bench_common as common

CONNECTIONS = 32
OURS, PEERS = 3000, 300  # messages
ROUNDS = 9  # OURS // ROUNDS messages each, then the token alone
# Attribute pkiStatus with the value "0", SUCCESS (RFC 8894 3.2.1.3).
SUCCESS = "060a6086480186f845010903310313" + "0130"


def ra_certificate(url, path):
    """The certificate that takes messages: with keyEncipherment, or the only one."""
    der = urllib.request.urlopen(url + "?operation=GetCACert", timeout=20).read()
    for form in (["pkcs7", "-print_certs"], ["x509"]):
        pem = subprocess.run(["openssl", *form, "-inform", "DER"], input=der, capture_output=True, check=False).stdout
        found = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", pem, re.S)
        if found:
            break
    for one in found:
        text = subprocess.run(["openssl", "x509", "-noout", "-ext", "keyUsage"], input=one, capture_output=True,
                              check=False).stdout
        if b"Key Encipherment" in text or len(found) == 1:
            with open(path, "wb") as f:
                f.write(one)
            return path
    raise SystemExit("no RA certificate at " + url)


def messages(build, ra, challenge, count, path):
    with open(path, "wb") as out:
        subprocess.run([f"{build}/tests/scep_messages", "--ra", ra, "--challenge", challenge, "--count", str(count)],
                       stdout=out, check=True)
    return path


def enrol(build, url, bodies, count):
    at = urllib.parse.urlparse(url)
    return common.load(build, "--to", at.netloc, "--path", at.path + "?operation=PKIOperation", "--bodies", bodies, "--type",
                       "application/x-pki-message", "--has", SUCCESS, "--connections", CONNECTIONS, "--count", count)


def ours(options, path):
    """The round in the middle, by what it reaches of the token alone right after it: the machine's speed changes from
    one minute to the next, for both alike."""
    rounds = []
    with common.ca_server(options.build, f"{path}/state") as (env, _):
        url = env["CA_SCEP_URL"]
        ra = ra_certificate(url, f"{path}/ra.pem")
        bodies = [messages(options.build, ra, env["CA_SCEP_CHALLENGE"], OURS // ROUNDS, f"{path}/bodies{n}")
                  for n in range(ROUNDS)]
        for n in range(ROUNDS):
            figures = enrol(options.build, url, bodies[n], OURS // ROUNDS)
            rounds.append((figures, token_alone(options, f"{path}/alone{n}")))
    return sorted(rounds, key=lambda r: r[0]["rate"] / r[1])[ROUNDS // 2]


def token_alone(options, path):
    os.makedirs(f"{path}/tokens")
    with open(f"{path}/softhsm2.conf", "w") as conf:
        conf.write(f"directories.tokendir = {path}/tokens\nlog.level = ERROR\n")
    with open(f"{path}/pin", "w") as pin:
        pin.write("12345678")
    module = next(m for m in glob.glob("/usr/lib/*/softhsm/libsofthsm2.so") + glob.glob("/usr/lib/softhsm/libsofthsm2.so"))
    done = subprocess.run([f"{options.build}/tests/token_scep", "--module", module, "--pin-file", f"{path}/pin"],
                          env={**os.environ, "SOFTHSM2_CONF": f"{path}/softhsm2.conf"}, capture_output=True, check=True)
    return json.loads(done.stdout)["rate"]


@contextlib.contextmanager
def scepserver(path):
    os.makedirs(path)
    subprocess.run(["scepserver", "ca", "-init", "-depot", f"{path}/depot"], check=True, cwd=path, capture_output=True)
    port = common.free_port()
    with open(f"{path}/log", "w") as log:
        process = subprocess.Popen(["scepserver", "-depot", f"{path}/depot", "-port", str(port), "-challenge", "secret",
                                    "-allowrenew", "0"], stdout=log, stderr=log, cwd=path)
    try:
        time.sleep(1.5)
        yield f"http://127.0.0.1:{port}/scep"
    finally:
        process.terminate()
        process.wait()


def padding(options, report):
    """Medians of refusals by what is wrong with the RSA block, and Welch's t against one whose padding is good."""
    said = subprocess.run([f"{options.build}/tests/scep_padding"], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in said.splitlines() if line.count("\t") == 3]
    good = float(rows[0][1])
    for what, median, _, t in rows[1:]:
        report.row("scep", "refused: " + what, "us", float(median), "good padding, wrong key", good)
        report.row("scep", "refused: " + what, "t", float(t))


def run(options, report):
    with common.scratch() as path:
        figures, token = ours(options, path)
    with common.scratch() as path, scepserver(f"{path}/peer") as url:
        bodies = messages(options.build, ra_certificate(url, f"{path}/ca.pem"), "secret", PEERS, f"{path}/bodies")
        peer = enrol(options.build, url, bodies, PEERS)
    name = "micromdm scepserver"
    report.row("scep", "enrolments", "/s", figures["rate"], name, peer["rate"])
    report.row("scep", "enrolments", "/s", figures["rate"], "the token alone", token)
    report.row("scep", "p50", "ms", figures["p50_ms"], name, peer["p50_ms"])
    report.row("scep", "p99", "ms", figures["p99_ms"], name, peer["p99_ms"])
    report.row("scep", "not issued", "answers", figures["refused"] + figures["broken"], name,
               peer["refused"] + peer["broken"])
    padding(options, report)
