# SPDX-License-Identifier: Apache-2.0
"""OCSP answers a second from memory, beside `openssl ocsp` and beside a bare libmicrohttpd that sends
the same octets; and how soon they come while certificates are issued at full rate."""
import base64
import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import bench_common as common

CERTIFICATES = 500
CONNECTIONS = 64
PACE = 1000  # requests a second while certificates are issued


def ask(build, to, path, requests, *options):
    out = subprocess.run([f"{build}/tests/ocsp_load", "--to", to, "--path", path, "--requests", requests,
                          "--connections", str(CONNECTIONS), *map(str, options)], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    return json.loads(out)


def serials(env):
    """Of the newest certificates, as the database has them."""
    out = subprocess.run(["psql", env["CA_DB_CONNINFO"], "-XAtqc",
                          "SELECT encode(c.serial, 'hex') FROM ca.certificate c JOIN ca.authority a "
                          f"ON a.id = c.authority_id WHERE a.name = '{env['CA_ISSUING_NAME']}' "
                          f"ORDER BY c.id DESC LIMIT {CERTIFICATES}"],
                         check=True, capture_output=True, text=True).stdout
    return out.split()


def requests_write(path, ca_pem, numbers):
    """One request for each serial number, in base64: openssl's with another number at its end."""
    one = f"{path}/one.der"
    subprocess.run(["openssl", "ocsp", "-no_nonce", "-issuer", ca_pem, "-serial", "0x" + numbers[0], "-reqout", one],
                   check=True, capture_output=True)
    with open(one, "rb") as f:
        der = f.read()
    assert der.endswith(bytes.fromhex(numbers[0]))
    front = der[:-len(numbers[0]) // 2]
    with open(f"{path}/requests", "w") as f:
        for number in numbers:
            assert len(number) == len(numbers[0])
            f.write(base64.b64encode(front + bytes.fromhex(number)).decode() + "\n")
    return f"{path}/requests"


def answer_keep(path, url, requests):
    """The octets of one answer, for the peer."""
    with open(requests) as f:
        der = base64.b64decode(f.readline())
    asked = urllib.request.Request(url, data=der, headers={"Content-Type": "application/ocsp-request"})
    with urllib.request.urlopen(asked, timeout=10) as got, open(f"{path}/answer.der", "wb") as f:
        f.write(got.read())
    return f"{path}/answer.der"


def listens(port):
    """Without a connection: one that asks nothing holds up openssl for ever."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as f:
            for line in f:
                _, local, _, state = line.split()[:4]
                if state == "0A" and local.endswith(":%04X" % port):
                    return True
    return False


@contextlib.contextmanager
def served(*command):
    """A peer on a free port, until the block ends."""
    port = common.free_port()
    process = subprocess.Popen([word.replace("PORT", str(port)) for word in command], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 20
        while not listens(port) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def openssl_files(path, numbers):
    """A CA of its own with the same number of certificates on record."""
    run = lambda *a: subprocess.run(["openssl", *a], check=True, capture_output=True)
    run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{path}/ca.key",
        "-out", f"{path}/ca.pem", "-subj", "/CN=Bench CA", "-days", "30")
    with open(f"{path}/index.txt", "w") as f:
        for number in numbers:
            f.write(f"V\t361231235959Z\t\t{number.upper()}\tunknown\t/CN={number}\n")


def beside_openssl(options, path, numbers):
    folder = f"{path}/openssl"
    os.makedirs(folder)
    openssl_files(folder, numbers)
    requests = requests_write(folder, f"{folder}/ca.pem", numbers)
    command = ["openssl", "ocsp", "-index", f"{folder}/index.txt", "-CA", f"{folder}/ca.pem", "-rsigner",
               f"{folder}/ca.pem", "-rkey", f"{folder}/ca.key", "-port", "PORT", "-ndays", "1"]
    with served(*command) as to:
        return ask(options.build, to, "/", requests, "--close", "--seconds", options.seconds)


def issuing(options, env):
    """Certificates at full rate, in the background."""
    to = urllib.parse.urlparse(env["CA_HTTPS_URL"]).netloc
    return subprocess.Popen([f"{options.build}/tests/load", "--to", to, "--path", "/api/v1/requests?profile=https-ecc",
                             "--tls", env["CA_REQUESTER_PEM"], "--connections", str(CONNECTIONS), "--seconds",
                             str(options.seconds + 2)], stdout=subprocess.PIPE, text=True)


def ours(options, path):
    with common.ca_server(options.build, f"{path}/state") as (env, _):
        to = urllib.parse.urlparse(env["CA_HTTP_URL"]).netloc
        where = "/ocsp/" + env["CA_ISSUING_NAME"]
        common.load(options.build, "--to", urllib.parse.urlparse(env["CA_HTTPS_URL"]).netloc, "--path",
                    "/api/v1/requests?profile=https-ecc", "--tls", env["CA_REQUESTER_PEM"], "--connections", 16,
                    "--count", CERTIFICATES)
        numbers = serials(env)
        with open(env["CA_CHAIN_PEM"]) as f, open(f"{path}/ca.pem", "w") as one:
            one.write(f.read().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n")
        requests = requests_write(path, f"{path}/ca.pem", numbers)
        cold = ask(options.build, to, where, requests, "--rate", 80, "--seconds", 1 + CERTIFICATES // 80)
        assert cold["wrong"] == 0, cold
        figures = {"post": ask(options.build, to, where, requests, "--seconds", options.seconds),
                   "get": ask(options.build, to, where, requests, "--seconds", options.seconds, "--get"),
                   "close": ask(options.build, to, where, requests, "--seconds", options.seconds, "--close")}
        answer = answer_keep(path, f"http://{to}{where}", requests)
        with issuing(options, env) as load:
            time.sleep(1)
            figures["issuing"] = ask(options.build, to, where, requests, "--seconds", options.seconds, "--rate", PACE)
            figures["issued"] = json.loads(load.communicate()[0])
        figures["memory"] = round(common.rss_mb(int(env["CA_FRONT_PID"])), 1)
        with served(f"{options.build}/tests/bare_http", "PORT", answer, "2") as bare:
            figures["bare"] = ask(options.build, bare, where, requests, "--seconds", options.seconds)
            figures["bare close"] = ask(options.build, bare, where, requests, "--seconds", options.seconds, "--close")
    return figures, numbers


def run(options, report):
    with common.scratch() as path:
        figures, numbers = ours(options, path)
        peer = beside_openssl(options, path, numbers)
    wrong = sum(f["wrong"] + f["broken"] for n, f in figures.items() if isinstance(f, dict) and n != "issued")
    bare = "libmicrohttpd alone, the same octets"
    tool = "openssl ocsp, a connection each"
    report.row("ocsp", "answers, kept connections", "/s", figures["post"]["rate"], bare, figures["bare"]["rate"])
    report.row("ocsp", "answers by GET", "/s", figures["get"]["rate"])
    report.row("ocsp", "answers, kept connections", "/s", figures["post"]["rate"], tool, peer["rate"])
    report.row("ocsp", "answers, a connection each", "/s", figures["close"]["rate"], tool, peer["rate"])
    report.row("ocsp", "answers, a connection each", "/s", figures["close"]["rate"], bare, figures["bare close"]["rate"])
    report.row("ocsp", "p99", "ms", figures["post"]["p99_ms"], bare, figures["bare"]["p99_ms"])
    report.row("ocsp", f"p99 of {PACE}/s while issuing", "ms", figures["issuing"]["p99_ms"])
    report.row("ocsp", "answers meanwhile", "/s", figures["issuing"]["rate"])
    report.row("ocsp", "certificates meanwhile", "/s", figures["issued"]["rate"])
    report.row("ocsp", "not answered", "requests", wrong)
    report.row("ocsp", "memory of the front", "MB", figures["memory"])
