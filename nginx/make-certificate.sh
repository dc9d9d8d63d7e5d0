#!/bin/sh
# Makes a self-signed certificate, unless there is one that will do for a while.
# NGINX_CERTIFICATE_DIR  folder for box.pem: the certificate and its private key
# BOX_CERT_NAMES         names and addresses by which people reach the box, besides localhost; comma-separated
set -euf

DAYS=825 # the most that Apple's systems accept
RENEW_BEFORE_S=$((30 * 24 * 3600))
ISSUER='O=self-signed,CN=Croquet in a Box'

file=$NGINX_CERTIFICATE_DIR/box.pem
names=$(echo localhost 127.0.0.1 ::1 $(printf %s "${BOX_CERT_NAMES:-}" | tr , ' '))

is_address() {
  case $1 in
    *:*) true ;;
    *[!0-9.]*) false ;;
    *.*.*.*) true ;;
    *) false ;;
  esac
}

check_names() {
  for name in $names; do
    case $name in
      *[!A-Za-z0-9.:*-]*)
        echo "BOX_CERT_NAMES: \"$name\" is no host name or address" >&2
        exit 1
        ;;
    esac
  done
}

# One that was put there by hand is never replaced.
is_own() {
  openssl x509 -in "$file" -noout -issuer -nameopt RFC2253 | grep -qxF "issuer=$ISSUER"
}

is_good() {
  openssl x509 -in "$file" -noout -checkend "$RENEW_BEFORE_S" >/dev/null || return
  for name in $names; do
    if is_address "$name"; then check=-checkip; else check=-checkhost; fi
    openssl x509 -in "$file" -noout "$check" "$name" | grep -q 'does match' || return
  done
}

make() {
  alternatives=
  for name in $names; do
    if is_address "$name"; then kind=IP; else kind=DNS; fi
    alternatives="$alternatives,$kind:$name"
  done
  umask 077
  openssl ecparam -name prime256v1 -genkey -noout -out "$file.key"
  openssl req -x509 -new -key "$file.key" -sha256 -days "$DAYS" -config /dev/stdin -out "$file.new" <<CONFIG
[req]
prompt = no
distinguished_name = subject
x509_extensions = extensions
[subject]
CN = Croquet in a Box
O = self-signed
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ${alternatives#,}
CONFIG
  cat "$file.key" >>"$file.new"
  rm "$file.key"
  # In one step: nginx never meets half a certificate.
  mv "$file.new" "$file"
  echo "made a self-signed certificate for $names, good for $DAYS days"
}

check_names
if [ -e "$file" ] && { ! is_own || is_good; }; then exit 0; fi
make
