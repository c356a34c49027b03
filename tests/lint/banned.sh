#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: banned.sh ROOT. Functions that have no place here, and clocks outside base/time.c.
. "$(dirname "$0")/common.sh"
cd "$1" || exit 2

all=$(c_files | code)
product=$(product_files | grep -v '^cactl/' | code)
clockless=$(c_files | grep -vx 'base/time\.c' | code)

refuse "$all" '(strcpy|strcat|stpcpy|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atoll|atof|alloca) *\(' \
    'unbounded, or blind to errors'
refuse "$all" '(system|popen|execlp|execvp) *\(' 'runs a shell or searches PATH'
refuse "$product" '(gmtime|localtime|asctime|ctime|rand|srand|random|drand48|setlocale|tmpnam|inet_ntoa|gethostbyname) *\(' \
    'shares its state with other threads'
refuse "$clockless" '(clock_gettime|gettimeofday|time|ftime|timespec_get) *\(' 'only base/time.c reads clocks'
# These decode the public key at once, explicit curves included. cactl shows its user's own file.
refuse "$product" '(d2i_X509_REQ|d2i_X509_REQ_bio|PEM_read_X509_REQ|PEM_read_bio_X509_REQ) *\(|OSSL_DECODER' \
    'requests are read with base/der.h'
finish
