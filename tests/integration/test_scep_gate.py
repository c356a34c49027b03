# SPDX-License-Identifier: Apache-2.0
"""What must not get in over SCEP, against a running CA: for each the right status, nothing issued, and a server that
goes on. What else is refused is in test_scep_raw.py, test_scep_webhook.py and, with clients, in test_scep_*.py."""

import base64
import datetime
import os
import uuid

import pytest

from harness import wait_for
from scep_device import (BAD_ALG, BAD_CHECK, BAD_REQUEST, FAILURE, PENDING, SUCCESS, Device, cert_of, endpoint, endpoint_make,
                         fetch_ra, manual_request, name_of, prepare, signed)
from support import openssl, stored
from test_access import agreed
from test_profiles import activate, keep


@pytest.fixture(scope="module")
def lab(ca, tmp_path_factory):
    prepare(ca, tmp_path_factory.mktemp("gate"), "gate")
    return ca


@pytest.fixture(autouse=True)
def serves(lab):
    """After each: the same two processes, and a device gets its certificate."""
    pids = lab.env["CA_FRONT_PID"], lab.env["CA_SIGNER_PID"]
    yield
    assert (lab.env["CA_FRONT_PID"], lab.env["CA_SIGNER_PID"]) == pids
    assert all(os.path.exists("/proc/" + pid) for pid in pids)
    assert Device(lab).ask()[0] == SUCCESS


def unique(what="gate"):
    return "%s-%s" % (what, uuid.uuid4().hex[:8])


def refused(lab, got, info, says=""):
    status, fail_info, answer = got
    assert (status, fail_info) == (FAILURE, info), answer
    assert says in answer["text"], answer


def post(lab, body, at=False):
    return lab.http("POST", endpoint(lab, at) + "?operation=PKIOperation", body)


def challenge_for(lab, name, common_name):
    made = lab.rest("OFFICER1", "POST", "/scep/endpoints/%s/challenges" % name,
                    {"subject": {"common_name": common_name}, "sans": [{"type": "dns", "value": common_name}]})
    assert made.status == 201, made.body
    return made.json["challenge"]


# -- who is let in ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def once(lab):
    name = unique("once")
    endpoint_make(lab, name, modes=["one-time"])
    return name


def test_a_challenge_is_for_its_names_and_for_one_use(lab, once):
    right, wrong = Device(lab, ""), Device(lab, "")
    secret = challenge_for(lab, once, right.name)
    before = stored(lab)[1]
    wrong.request(wrong.name, secret)
    refused(lab, wrong.ask(once), BAD_REQUEST, "another subject or other names")
    assert stored(lab)[1] == before
    right.request(right.name, secret)
    message = right.build(once)
    assert right.post(message, once)[0] == SUCCESS  # a wrong try did not use it up
    again = right.ask(once, transaction="another")
    refused(lab, again, BAD_REQUEST, "used before")
    other = Device(lab, "")
    other.request(right.name, secret)
    refused(lab, other.ask(once), BAD_REQUEST, "used before")
    assert right.post(message, once)[0] == SUCCESS  # the same message: the same certificate
    assert stored(lab)[1] == before + 1


def test_a_transaction_belongs_to_its_endpoint(lab, once):
    device = Device(lab)
    message = device.build()
    cert = cert_of(device.post(message)[2])
    before = stored(lab)[1]
    got = post(lab, message, once)  # for another endpoint's key
    refused(lab, (lambda a: (int(a["status"]), int(a["fail_info"]), a))(device.read(got.body, once)), BAD_REQUEST, "none of this endpoint's RA")
    refused(lab, device.ask(once), BAD_REQUEST, "none of this endpoint's")  # its challenge
    assert device.ask(once, type=20)[0] == FAILURE
    own = Device(lab, "")
    own.transaction = device.transaction
    own.request(own.name, challenge_for(lab, once, own.name))
    assert cert_of(own.ask(once)[2]) != cert
    assert cert_of(device.ask(type=20)[2]) == cert
    assert stored(lab)[1] == before + 1


def test_a_certificate_of_another_endpoint_renews_nothing(lab, once):
    device, new = Device(lab), Device(lab, "")
    device.adopt(cert_of(device.ask()[2]))
    new.request(device.name, "")
    before = stored(lab)[1]
    for kind in (17, 19):
        refused(lab, new.ask(once, signer=device, type=kind), BAD_REQUEST)
    assert stored(lab)[1] == before


def test_an_expired_certificate_renews_nothing(lab):
    name = unique("brief")
    yaml = lab.rest("ADMIN", "GET", "/profiles/device").json["yaml"]
    yaml = yaml.replace("name: device", "name: " + name).replace("default: 1y", "default: 2s").replace("max: 5y", "max: 2s")
    activate(lab, name, keep(lab, yaml.replace("backdate: 1h", "backdate: 0s")))
    endpoint_make(lab, name, profile=name, modes=["one-time"])
    device, new = Device(lab, ""), Device(lab, "")
    device.request(device.name, challenge_for(lab, name, device.name))
    cert = cert_of(device.ask(name)[2])
    device.adopt(cert)
    new.request(device.name, "")
    wait_for(lambda: datetime.datetime.utcnow() > cert.not_valid_after + datetime.timedelta(seconds=1), 20)
    before = stored(lab)[1]
    for kind in (17, 19):
        refused(lab, new.ask(name, signer=device, type=kind), BAD_REQUEST)
    assert stored(lab)[1] == before


# -- what is refused before an officer is asked ------------------------------------------------------

def waiting(lab):
    return len(lab.rest("OFFICER1", "GET", "/requests?status=pending&limit=500").json["items"])


def test_a_key_of_somebody_elses_is_refused_before_an_officer_is_asked(lab):
    device = Device(lab)
    assert device.ask()[0] == SUCCESS
    before, requests = stored(lab), waiting(lab)
    device.request(device.name, "")
    refused(lab, device.ask(True), BAD_REQUEST, "key")
    assert waiting(lab) == requests and stored(lab)[1] == before[1]
    assert device.ask(True, type=20)[0] == FAILURE
    fresh = Device(lab, "")
    assert fresh.ask(True)[0] == PENDING
    assert waiting(lab) == requests + 1


@pytest.mark.parametrize("name, says", [("not a host name", "dns"), ("*.example.test", "")])
def test_names_that_the_profile_refuses_are_refused_before_an_officer_is_asked(lab, name, says):
    device, requests = Device(lab, ""), waiting(lab)
    device.request(name, "")
    assert device.ask(True)[0] == FAILURE
    assert waiting(lab) == requests


def scep_only(lab):
    """A profile that nobody but SCEP endpoints may use, and one that waits for an officer."""
    name = unique("only")
    yaml = lab.rest("ADMIN", "GET", "/profiles/device").json["yaml"].replace("name: device", "name: " + name)
    activate(lab, name, keep(lab, yaml + "\naccess: {channels: [\"scep/*\"]}\n"))
    endpoint_make(lab, name, profile=name, modes=["manual"])
    return name


def test_an_edit_keeps_the_channel_on_which_the_request_came(lab):
    name = scep_only(lab)
    device = Device(lab, "")
    other = "also-" + device.name
    assert device.ask(name)[0] == PENDING
    asked = lab.rest("REQUESTER", "POST", "/requests",
                     {"profile": name, "csr": base64.b64encode(Device(lab, "").csr.read_bytes()).decode()})
    assert asked.status == 422 and b"access.channel" in asked.body, asked.body
    path = "/requests/" + manual_request(lab, device)
    seen = lab.rest("OFFICER1", "GET", path).json
    names = {"sans": [{"type": "dns", "value": n} for n in (device.name, other)]}
    assert lab.rest("REQUESTER", "PATCH", path, {**names, "plan_digest": seen["plan_digest"]}).status == 404
    edited = lab.rest("OFFICER1", "PATCH", path, {**names, "plan_digest": seen["plan_digest"]})
    assert edited.status == 200, edited.body
    assert edited.json["plan_digest"] != seen["plan_digest"] and edited.json["channel"] == "scep/" + name
    assert device.ask(name)[0] == PENDING  # sent again, it is still this request
    agreed(lab, lab.rest("OFFICER2", "POST", path + "/decisions",
                         {"decision": "approve", "comment": "so it is", "plan_digest": edited.json["plan_digest"]}))
    status, _, answer = device.ask(name, type=20)
    assert status == SUCCESS, answer
    assert sorted(name_of(cert_of(answer))) == sorted([device.name, other])


# -- two generations of the endpoint's own key -------------------------------------------------------

def test_an_ra_key_that_was_replaced_goes_on_with_what_was_begun(lab):
    name = unique("heir")
    endpoint_make(lab, name, modes=["manual"])
    begun, late = Device(lab, ""), Device(lab, "")
    assert begun.ask(name)[0] == PENDING
    again, poll, first = begun.build(name), begun.build(name, type=20), late.build(name)  # for the old key
    old = lab.ra[name].read_bytes()
    path = "/scep/endpoints/" + name
    etag = lab.rest("ADMIN", "GET", path).headers["ETag"]
    assert lab.rest("ADMIN", "PATCH", path, {"ra_key": "rsa:3072"}, {"If-Match": etag}).status == 200

    def replaced():
        fetch_ra(lab, name)
        return lab.ra[name].read_bytes() != old

    wait_for(replaced, 60, every=0.2)
    # Each is answered with the new key, which signs.
    assert begun.post(again, name)[0] == PENDING
    assert begun.post(poll, name)[0] == PENDING
    assert begun.ask(name, type=20)[0] == PENDING
    assert late.post(first, name)[0] == PENDING
    for device in (begun, late):
        request = "/requests/" + manual_request(lab, device)
        plan = lab.rest("OFFICER1", "GET", request).json["plan_digest"]
        agreed(lab, lab.rest("OFFICER1", "POST", request + "/decisions",
                             {"decision": "approve", "comment": "so it is", "plan_digest": plan}))
    status, _, answer = begun.post(poll, name)
    assert status == SUCCESS and name_of(cert_of(answer)) == [begun.name]
    cert = cert_of(answer)
    assert cert_of(begun.post(again, name)[2]) == cert == cert_of(begun.ask(name)[2])
    assert late.ask(name, type=20)[0] == SUCCESS
    refused(lab, begun.post(begun.build(False), name), BAD_REQUEST, "none of this endpoint's RA")  # nobody's here


# -- messages that are none --------------------------------------------------------------------------

def element(octets):
    """The first DER element: its tag, its content, what is behind it."""
    n, at = octets[1], 2
    if n >= 0x80:
        at += n & 0x7f
        n = int.from_bytes(octets[2:at], "big")
    return octets[0], octets[at:at + n], octets[at + n:]


def elements(octets):
    while octets:
        tag, body, octets = element(octets)
        yield tag, body


def put(tag, body):
    n = len(body)
    size = bytes([n]) if n < 0x80 else (lambda b: bytes([0x80 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + size + body


def rewrapped(message, change):
    """The same message with another form of what is signed; the signature is over its octets alone."""
    _, info, _ = element(message)
    oid, signed_data = elements(info)
    _, body, _ = element(signed_data[1])
    version, digests, encap, *rest = elements(body)
    kind, content = elements(encap[1])
    octets = element(content[1])[1]
    encap = (encap[0], put(*kind) + put(content[0], change(octets)))
    return put(0x30, put(*oid) + put(0xa0, put(0x30, b"".join(put(*e) for e in (version, digests, encap, *rest)))))


def nested(depth):
    def change(octets):
        inner = put(0x04, octets)
        for _ in range(depth):
            inner = put(0x24, inner)
        return inner
    return change


def test_strings_in_pieces_are_taken_and_towers_of_them_are_not(lab):
    device = Device(lab)
    message = device.build()
    assert post(lab, rewrapped(message, lambda o: put(0x04, o))).status == 200
    pieces = rewrapped(message, lambda o: put(0x24, put(0x04, o[:100]) + put(0x04, o[100:])))
    assert device.post(pieces)[0] == SUCCESS
    before = stored(lab)
    for bad in (rewrapped(message, nested(40)), rewrapped(message, nested(4000)),
                rewrapped(message, lambda o: b"\x24\x80" * 2000 + put(0x04, o)),  # never ended
                rewrapped(message, lambda o: put(0x04, o)[:-1]),
                b"\x30\x80" + element(message)[1],  # indefinite, never ended
                b"\x30\x84\x7f\xff\xff\xff" + message[4:], b"\x30\x88" + b"\xff" * 8 + message, b"\xbf\xff\xff\xff\x7f" + message):
        got = post(lab, bad)
        assert got.status == 400, (got.status, bad[:30])
    assert stored(lab) == before


def test_envelopes_that_are_none_are_refused(lab):
    """Under a good signature."""
    device = Device(lab)
    good = openssl("cms", "-encrypt", "-binary", "-aes128", "-outform", "DER", "-in", device.csr, lab.ra[False])
    assert device.post(signed(device, good))[0] == SUCCESS
    device = Device(lab)
    before = stored(lab)
    for bad in (good[:-1], good[:40], good + b"\0", b"\x30\x80" * 3000, b"\x30\x80" + element(good)[1], device.csr.read_bytes(),
                put(0x30, put(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")), os.urandom(300), b"\x24\x80" * 5000,
                openssl("cms", "-encrypt", "-binary", "-aes128", "-outform", "DER", "-in", device.csr, device.cert)):
        assert device.post(signed(device, bad))[0] == FAILURE, bad[:20]
    assert stored(lab) == before


def test_there_is_one_signer_and_his_key_is_rsa(lab):
    device, other, curve = Device(lab), Device(lab), Device(lab, key="ec:" + str(curve_file(lab)))
    before = stored(lab)
    for first, second in ((device, other), (other, device), (device, curve)):
        got = post(lab, first.build(key2=second.key, cert2=second.cert))
        assert got.status == 400, got.body
    refused(lab, curve.ask(), BAD_REQUEST, "RSA")
    refused(lab, curve.ask(True), BAD_REQUEST, "RSA")
    refused(lab, device.ask(signer=curve), BAD_REQUEST, "RSA")
    assert stored(lab) == before


def curve_file(lab):
    file = lab.folder / "p256.pem"
    file.write_bytes(openssl("ecparam", "-name", "prime256v1"))
    return file


@pytest.mark.parametrize("cipher", ["CAMELLIA-128-CBC", "ARIA-128-CBC", "RC2-CBC", "AES-128-CFB"])
def test_other_ciphers_are_not_taken(lab, cipher):
    device = Device(lab)
    before = stored(lab)
    refused(lab, device.ask(cipher=cipher), BAD_ALG, "cipher")
    assert stored(lab) == before


def test_oversized_parts_are_refused(lab):
    device = Device(lab)
    before = stored(lab)
    assert post(lab, device.build(transaction="T" * 256)).status == 400
    assert post(lab, device.build(nonce="N" * 65)).status == 400
    assert post(lab, device.build() + b"\0" * 70000).status == 413
    large = lab.folder / "large"
    large.write_bytes(os.urandom(40000))
    refused(lab, device.ask(content=large), BAD_CHECK)
    assert stored(lab) == before
