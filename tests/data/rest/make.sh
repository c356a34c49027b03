#!/bin/sh
# Makes the samples beside it: a root and a certificate below it. Needs openssl.
cd "$(dirname "$0")" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cat > "$work/cnf" <<'CNF'
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyAgreement
extendedKeyUsage = serverAuth, clientAuth, 1.2.3.4.5
subjectAltName = DNS:www.example, IP:192.0.2.1, email:a@b.example, URI:https://www.example/a
crlDistributionPoints = URI:http://127.0.0.1:8080/crl/root.crl
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF
new() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"; }
new root
new leaf
openssl req -config "$work/cnf" -new -x509 -key "$work/root.key" -subj '/O=Example/CN=Root' -days 36500 \
    -extensions root -out "$work/root.pem" || exit 1
openssl req -config "$work/cnf" -new -key "$work/leaf.key" -subj '/C=DE/O=Example/CN=www.example' \
    -out leaf-csr.pem || exit 1
openssl x509 -req -in leaf-csr.pem -CA "$work/root.pem" -CAkey "$work/root.key" -days 36000 \
    -set_serial 0x41ab0000000000000000000000000000beef -extfile "$work/cnf" -extensions leaf \
    -outform DER -out leaf.der 2>/dev/null || exit 1
openssl x509 -in "$work/root.pem" -outform DER -out root.der
