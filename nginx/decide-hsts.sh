#!/bin/sh
# Decides whether browsers are told to come to the box by https only (HSTS), for nginx.conf to include. That is for certificates
# from an authority alone: who was told so cannot pass the warning of any other.
# NGINX_CERTIFICATE_DIR  folder of box.pem, and of ca.pem if its authority is one of the owner's
# NGINX_RUN_DIR          folder for hsts.conf
set -euf

# Who goes back to a self-signed certificate is out of reach for so long.
MAX_AGE_S=$((30 * 24 * 3600))

certificate=$NGINX_CERTIFICATE_DIR/box.pem
authority=$NGINX_CERTIFICATE_DIR/ca.pem

name_of() {
  openssl x509 -in "$certificate" -noout "-$1" -nameopt RFC2253 | sed "s/^$1=//"
}

is_self_signed() {
  [ "$(name_of subject)" = "$(name_of issuer)" ]
}

# The authorities of this system count as well.
is_from_authority() {
  if [ -e "$authority" ]; then set -- -CAfile "$authority"; fi
  openssl verify "$@" -purpose sslserver -untrusted "$certificate" "$certificate" >/dev/null 2>&1
}

value=
if ! is_self_signed && is_from_authority; then
  value=max-age=$MAX_AGE_S
  echo "the certificate is from an authority: browsers are told to use https only"
fi
echo "map \$scheme \$hsts { default ''; https '$value'; }" >"$NGINX_RUN_DIR/hsts.conf"
