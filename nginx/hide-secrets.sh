#!/bin/sh
# nginx quotes requests in its errors as they came. Its image runs this before nginx is started: errors go through
# a pipe on their way to standard error, in which tokens, links for the set-up and queries are left out.
set -eu
rm -f "$NGINX_ERROR_LOG"
mkfifo "$NGINX_ERROR_LOG"
sed -u -E 's/eyJ[A-Za-z0-9_.-]+/…/g; s|(/admin/setup/)[^/" ]+|\1…|g; s|\?[^" ]*|?…|g' < "$NGINX_ERROR_LOG" >&2 &
