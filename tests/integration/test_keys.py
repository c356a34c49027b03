# SPDX-License-Identifier: Apache-2.0
"""Keys that anybody could compute (I17): refused on the way in, and found among those on record."""

import hashlib
import math
import os
import secrets
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from harness import PROGRAM, csr
from support import issued, problem, stored

FINE, FINDING, USAGE, STAY_DOWN, AWAY = 0, 5, 2, 78, 69
SMALL = [p for p in range(2, 752) if all(p % i for i in range(2, math.isqrt(p) + 1))]


def keys(*arguments, status=FINE):
    """ca-server keys …: what it says."""
    done = subprocess.run([PROGRAM, "keys", *map(str, arguments)], capture_output=True, timeout=120, text=True)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def is_prime(n):
    """Miller and Rabin, to the bases of 20 random numbers."""
    if n < 752 or any(n % p == 0 for p in SMALL):
        return n in SMALL
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(secrets.randbelow(n - 3) + 2, odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(bits):
    while True:
        n = secrets.randbits(bits) | 3 << bits - 2 | 1
        if is_prime(n):
            return n


def next_prime(n):
    n += 2
    while not is_prime(n):
        n += 2
    return n


def roca_prime(bits):
    """k * M + (65537^a mod M), with M the product of the primes up to 701."""
    m = math.prod(p for p in SMALL if p <= 701)
    while True:
        n = (secrets.randbits(bits) | 3 << bits - 2) // m * m + pow(65537, secrets.randbits(64), m)
        if n.bit_length() == bits and is_prime(n):
            return n


def key_of(p, q):
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key()


def request_of(key, name="www.example.org"):
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def modulus_line(key):
    return "Modulus=%X" % key.public_key().public_numbers().n


def roca():
    return roca_prime(1024), roca_prime(1024)


def close():
    p = prime(1024)
    return p, next_prime(p)


def small():
    return prime(2038), 751


@pytest.mark.parametrize("primes, rule, source", [
    (roca, "key.roca", "CVE-2017-15361"),
    (close, "key.close_primes", "CVE-2022-26320"),
    (small, "key.small_factor", "751"),
])
def test_i17_weak_keys_are_refused(ca, primes, rule, source):
    before = stored(ca)
    for profile in ("https-rsa", "client"):
        document = problem(ca.issue(request_of(key_of(*primes())), profile), 422, "policy")
        errors = [e for e in document["errors"] if e["rule"] == rule]
        assert len(errors) == 1 and errors[0]["pointer"] == "/csr/key", document
        assert errors[0]["value"] == "rsa:2048" and (source in errors[0]["detail"] or source == "751")
    assert stored(ca) == before


def test_i17_listed_keys_are_refused_and_others_are_issued(state, tmp_path):
    listed = [key_of(prime(1024), prime(1024)) for _ in range(3)]
    other = key_of(prime(1024), prime(1024))
    sha1 = hashlib.sha1((modulus_line(listed[1]) + "\n").encode()).hexdigest()
    whole = hashlib.sha1((modulus_line(listed[2]) + "\n").encode()).hexdigest()
    lists = [tmp_path / "one", tmp_path / "two"]
    lists[0].write_text("# two forms\n%s\n%s\n" % (modulus_line(listed[0]), sha1[20:]))
    lists[1].write_text("%s\r\n%s" % (whole.upper(), sha1[20:]))
    weak = tmp_path / "weak-keys"
    assert keys("import-weak", "--from", *lists, "--to", weak) == "%s: 3 keys\n" % weak
    assert os.stat(weak).st_size == 56 + 3 * 10
    state.start()
    state.stop()
    with open(os.path.join(state.state, "extra.yaml"), "w") as f:
        f.write("keys:\n  weak_list: %s\n" % weak)
    state.start()
    for key in listed:
        document = problem(state.issue(request_of(key), "https-rsa"), 422, "policy")
        assert [e["rule"] for e in document["errors"]] == ["key.debian"], document
        assert "CVE-2008-0166" in document["errors"][0]["detail"]
    issued(state, request_of(other), "https-rsa")
    assert "0 weak keys, 0 pairs" in keys("audit", "--state", state.state)


def test_audit_finds_what_was_issued_before_it_was_known(own_ca, tmp_path):
    """A key that is listed later, two keys that share a prime, and a third that shares the other."""
    p, q, r, s = (prime(1024) for _ in range(4))
    shared = [key_of(p, q), key_of(q, r), key_of(prime(1024), s)]
    assert "0 weak keys, 0 pairs" in keys("audit", "--state", own_ca.state)
    for _ in range(5):
        issued(own_ca)
    ids = [issued(own_ca, request_of(key, "k%d.example.org" % i), "https-rsa")["certificate_id"]
           for i, key in enumerate(shared)]
    ids.append(issued(own_ca, request_of(shared[0], "again.example.org"), "https-rsa")["certificate_id"])
    said = keys("audit", "--state", own_ca.state, status=FINDING)
    assert "5 RSA keys: 0 weak keys, 1 pairs" in said, said  # two of them are RA keys of SCEP endpoints
    assert "share a factor of 1024 bits" in said
    for i in (0, 1, 3):
        assert said.count(ids[i]) == 1
    assert ids[2] not in said and "CN=again.example.org" in said

    weak = tmp_path / "weak-keys"
    (tmp_path / "list").write_text(modulus_line(shared[2]) + "\n")
    keys("import-weak", "--from", tmp_path / "list", "--to", weak)
    config = tmp_path / "config.yaml"
    with open(os.path.join(own_ca.state, "ca-server.yaml")) as f:
        config.write_text(f.read().replace("  weak_list: ''", "  weak_list: %s" % weak))
    said = keys("audit", "--config", config, "--threads", 1, status=FINDING)
    assert "5 RSA keys: 1 weak keys, 1 pairs" in said, said
    assert [line for line in said.splitlines() if ids[2] in line and "key.debian" in line], said

    said = keys("audit", "--config", config, "--memory", 1, status=STAY_DOWN)
    assert "--memory allows 1" in said and "5 moduli" in said

    weak.write_bytes(weak.read_bytes()[:-1])
    assert "was cut" in keys("audit", "--config", config, status=STAY_DOWN)


@pytest.mark.parametrize("text, says", [
    ("0123456789abcdef0123\nnonsense\n", "line 2: neither"),
    ("0123456789abcdef012\n", "line 1: 19 hex"),
    ("Modulus=\n", "line 1: neither"),
    ("# %s\n" % ("x" * 5000), "line 1: longer"),
    ("0123456789abcdef0123\n\0\n\n", "line 2"),
])
def test_lists_that_are_none_are_refused(tmp_path, text, says):
    (tmp_path / "list").write_text(text)
    assert says in keys("import-weak", "--from", tmp_path / "list", "--to", tmp_path / "out", status=STAY_DOWN)
    assert not (tmp_path / "out").exists()


def test_wrong_use_is_told(tmp_path):
    (tmp_path / "list").write_text("")
    for arguments in (("import-weak",), ("import-weak", "--from", "--to", "x"), ("import-weak", "--to", "x"),
                      ("import-weak", "--from", tmp_path / "list"), ("import-weak", "--form", "x"),
                      ("audit", "--memory", "lots"), ("audit", "--memory", "0"), ("audit", "--threads", "65"),
                      ("audit", "--threads", "-1"), ("audit", "--state", "a", "--config", "b")):
        assert "--help" in keys(*arguments, status=USAGE)
    assert "cannot open" in keys("import-weak", "--from", tmp_path / "none", "--to", tmp_path / "x", status=AWAY)
    assert "0 keys" in keys("import-weak", "--from", tmp_path / "list", "--to", tmp_path / "x")


def test_an_empty_filter_finds_nothing(ca, tmp_path):
    made = csr("rsa.example.org", "rsa", "rsa_keygen_bits:2048")[0]
    issued(ca, made, "https-rsa")
    assert "0 weak keys, 0 pairs" in keys("audit", "--state", ca.state)
