#!/bin/sh
# nginx quotes requests in its errors as they came. Its image runs this before nginx is started: errors go through
# a pipe on their way to standard error, in which tokens, links for the set-up and queries are left out.
set -eu
rm -f "$NGINX_ERROR_LOG"
mkfifo "$NGINX_ERROR_LOG"
# `w`, because it writes each line at once; and it is open for writing as well, so that nginx never waits for a reader.
while :; do
    LC_ALL=C sed -n -E '
        s/eyJ[A-Za-z0-9_.%-]+/…/g
        s|(/t/)[^/" ]+|\1…|g
        s|(/admin/setup/)[^/" ]+|\1…|g
        s|\?[^ ]*|?…|g
        w /dev/stderr
    ' || sleep 1
done <> "$NGINX_ERROR_LOG" &
