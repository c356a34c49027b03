#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: verify-audit.py EXPORT [CHECKPOINTS KEY.pem]

Checks an export of the audit log (cactl audit export -f EXPORT), and, where given, the signed
checkpoints (cactl audit checkpoints -f CHECKPOINTS) with the key that `ca-server audit key` prints.
Written from docs/reference/audit.md, apart from the server's own verifier. Needs python3, and the
package python3-cryptography for signatures. Prints a line for each finding; exit 0: none; 5: some.
"""

import base64
import hashlib
import json
import sys
import urllib.parse

TEXTS = ("actor", "channel", "action", "outcome", "object", "request_id", "detail")
COLUMNS = {"chain", "sequence", "at_us", "object_hash", "previous", "hash", *TEXTS}


def number(value):
    return value.to_bytes(8, "big")


def counted(octets):
    return number(len(octets)) + octets


def line_hash(line):
    """SHA-256 over the columns, as docs/reference/audit.md has it."""
    octets = counted(bytes.fromhex(line["previous"])) + counted(line["chain"].encode())
    octets += number(line["sequence"]) + number(line["at_us"])
    for name in TEXTS:
        octets += counted(line[name].encode())
    return hashlib.sha256(octets + counted(bytes.fromhex(line["object_hash"] or ""))).digest()


class Tree:
    """RFC 6962 2.1, of which only the roots of complete subtrees are kept."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, data):
        node, self.size = hashlib.sha256(b"\0" + data).digest(), self.size + 1
        self.edge.append(node)
        bits = self.size
        while bits % 2 == 0:
            right, left = self.edge.pop(), self.edge.pop()
            self.edge.append(hashlib.sha256(b"\1" + left + right).digest())
            bits //= 2

    def root(self):
        edge = list(self.edge)
        node = edge.pop()
        while edge:
            node = hashlib.sha256(b"\1" + edge.pop() + node).digest()
        return node


class Key:
    def __init__(self, path):
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519
        with open(path, "rb") as f:
            pem = f.read()
        self.key = serialization.load_pem_public_key(pem[pem.index(b"-----BEGIN"):])
        encoding, form = serialization.Encoding, serialization.PublicFormat
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            raw = self.key.public_bytes(encoding.Raw, form.Raw)
            self.id = lambda name: hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
            self.verify = self.key.verify
        else:
            spki = self.key.public_bytes(encoding.DER, form.SubjectPublicKeyInfo)
            self.id = lambda name: hashlib.sha256(spki).digest()[:4]
            self.verify = lambda signature, text: self.key.verify(signature, text, ec.ECDSA(hashes.SHA256()))

    def signed(self, text, origin, lines):
        """Has this key signed, and are all lines of it right?"""
        good = False
        for line in lines:
            dash, name, octets = line.split(" ")
            octets = base64.b64decode(octets, validate=True)
            if dash != "\u2014" or name != origin or octets[:4] != self.id(origin):
                continue
            try:
                self.verify(octets[4:], text.encode())
                good = True
            except Exception:  # whatever the library calls a wrong signature
                return False
        return good


def notes(path):
    """(text, lines of signatures) of each note of a file."""
    with open(path, encoding="utf-8", newline="\n") as f:
        text, signatures = "", []
        for line in f:
            if line.startswith("\u2014 "):
                signatures.append(line.rstrip("\n"))
            elif line == "\n" and signatures:
                yield text, signatures
                text, signatures = "", []
            elif line != "\n":
                text += line
        if text or signatures:
            yield text, signatures


class Checkpoints:
    """{chain: {size: root}} and what is wrong with the file."""

    def __init__(self, path, key):
        self.by_chain, self.findings, before = {}, [], {}
        for text, signatures in notes(path):
            try:
                origin, size, root = text.split("\n")[:3]
                chain = urllib.parse.unquote(origin.split("/audit/", 1)[1])
                size, root = int(size), base64.b64decode(root, validate=True)
                good = key.signed(text, origin, signatures)
            except (ValueError, IndexError):
                self.findings.append(("?", 0, "no checkpoint: %r" % text[:60]))
                continue
            known = self.by_chain.setdefault(chain, {})
            if not good:
                self.findings.append((chain, size, "checkpoint not signed by this key"))
            elif size < before.get(chain, 0):
                self.findings.append((chain, size, "checkpoint behind a longer one: the log went back"))
            elif known.setdefault(size, root) != root:
                self.findings.append((chain, size, "two checkpoints that differ"))
            else:
                before[chain] = size


class Chain:
    def __init__(self, name, checkpoints):
        self.name, self.wanted = name, dict(checkpoints)
        self.last, self.head, self.tree, self.whole, self.fits = 0, bytes(32), Tree(), True, 0

    def line(self, line):
        at, hash = line["sequence"], bytes.fromhex(line["hash"])
        if line_hash(line) != hash:
            yield at, "changed"
        if at > self.last + 1:
            yield self.last + 1, "missing"
            self.whole = False
        elif at <= self.last:
            yield at, "out of order, or twice"
            self.whole = False
        elif bytes.fromhex(line["previous"]) != self.head:
            yield at, "does not go on from the line before"
        if at > self.last:
            self.last, self.head = at, hash
        if self.whole:
            self.tree.add(hash)
            root = self.wanted.pop(self.tree.size, None)
            if root is not None and root != self.tree.root():
                yield self.tree.size, "not what was signed"
            elif root is not None:
                self.fits = self.tree.size

    def end(self):
        longest = max(self.wanted, default=0)
        if longest > self.last:
            yield self.last + 1, "missing, up to line %d: the tail is cut" % longest


def lines(path):
    with open(path, encoding="utf-8", newline="\n") as f:
        for n, text in enumerate(f, 1):
            line = json.loads(text)
            if set(line) != COLUMNS:
                raise SystemExit("line %d of the file is no line of the log" % n)
            yield line


def verify(export, checkpoints):
    """All findings: (chain, line, what)."""
    known = checkpoints.by_chain if checkpoints else {}
    chains, current = {}, None
    for line in lines(export):
        if current is None or current.name != line["chain"]:
            if line["chain"] in chains:
                yield line["chain"], line["sequence"], "apart from its chain"
            current = chains.setdefault(line["chain"], Chain(line["chain"], known.get(line["chain"], {})))
        for at, what in current.line(line):
            yield current.name, at, what
    for name in known:
        chains.setdefault(name, Chain(name, known[name]))
    for chain in chains.values():
        for at, what in chain.end():
            yield chain.name, at, what
        print("chain %s: %d lines, %d of them under a checkpoint" % (chain.name, chain.last, chain.fits))
    yield from checkpoints.findings if checkpoints else ()


def main(arguments):
    if len(arguments) not in (1, 3):
        raise SystemExit(__doc__)
    checkpoints = Checkpoints(arguments[1], Key(arguments[2])) if len(arguments) == 3 else None
    found = 0
    for chain, at, what in verify(arguments[0], checkpoints):
        print("chain %s, line %d: %s" % (chain, at, what))
        found += 1
    return 5 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
