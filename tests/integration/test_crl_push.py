# SPDX-License-Identifier: Apache-2.0
"""A copy of each CRL in a folder of the operator's: whole, newest, and again when the folder is back."""

import os

import pytest

import harness
from harness import wait_for
from support import crl_now, issued, revoke


@pytest.fixture(scope="module")
def ca(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mirror")
    os.chmod(folder, 0o777)
    for parent in list(folder.parents)[:3]:
        if str(parent).startswith("/tmp/"):
            os.chmod(parent, 0o755)
    dev = harness.Dev()
    dev.folder = str(folder)
    try:
        dev.start()
        dev.stop()
        with open(os.path.join(dev.state, "extra.yaml"), "w") as f:
            f.write("crl: {directory: %s}\n" % folder)
        yield dev.start()
    finally:
        dev.remove()


def copied(ca, path):
    """Is the file what is served at that address?"""
    got = ca.http("GET", "/crl/" + path)
    file = os.path.join(ca.folder, path)
    if got.status != 200 or not os.path.exists(file):
        return False
    with open(file, "rb") as f:
        return f.read() == got.body


def behind(ca):
    lines = ca.https("AUDITOR", "GET", "/metrics").body.decode().splitlines()
    return next(line.split()[1] for line in lines if line.startswith('ca_front_crl_push_behind{target="directory"} '))


def test_each_crl_its_parts_and_deltas_are_copied(ca):
    name = ca.env["CA_ISSUING_NAME"]
    for one in ("%s.crl" % name, "%s.crl" % ca.env["CA_ROOT_NAME"]):
        wait_for(lambda: copied(ca, one), 20, every=0.2)
    got = ca.rest("ADMIN", "PUT", "/authorities/%s/crl-schedule" % name, {"shards": 2, "delta_interval_minutes": 5})
    assert got.status == 200, got.body
    made = issued(ca)
    assert revoke(ca, made["certificate_id"]).status == 200
    crl_now(ca)
    for one in ("%s.crl", "%s-delta.crl", "%s/0001.crl", "%s/0002.crl", "%s/0001-delta.crl"):
        wait_for(lambda: copied(ca, one % name), 60, every=0.2)
    wait_for(lambda: behind(ca) == "0", 10, every=0.2)
    files = [file for _, _, names in os.walk(ca.folder) for file in names]
    assert all(file.endswith(".crl") for file in files), files  # nothing half done


def test_a_newer_one_of_another_node_stays_and_an_older_one_is_replaced(ca):
    name = ca.env["CA_ISSUING_NAME"]
    file = os.path.join(ca.folder, name + ".crl")
    wait_for(lambda: copied(ca, name + ".crl"), 20, every=0.2)
    with open(file, "rb") as f:
        older = f.read()
    crl_now(ca)
    wait_for(lambda: copied(ca, name + ".crl"), 20, every=0.2)
    for left in (older, b"no CRL"):
        with open(file, "wb") as f:
            f.write(left)
        crl_now(ca)
        wait_for(lambda: copied(ca, name + ".crl"), 20, every=0.2)


def test_a_folder_that_cannot_be_written_is_told_and_crls_are_served(ca):
    name = ca.env["CA_ROOT_NAME"]
    file = os.path.join(ca.folder, name + ".crl")
    os.unlink(file)
    os.mkdir(file)  # renaming over a folder fails, for root too
    try:
        crl_now(ca, name)
        wait_for(lambda: "event=crl_push_failed ca=%s" % name in ca.logged(), 20, every=0.2)
        wait_for(lambda: behind(ca) == "1", 10, every=0.2)
    finally:
        os.rmdir(file)
    wait_for(lambda: copied(ca, name + ".crl"), 60, every=0.5)
    wait_for(lambda: behind(ca) == "0", 10, every=0.2)
