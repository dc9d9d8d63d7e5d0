FROM node:24-bookworm-slim AS base
WORKDIR /box

FROM base AS dependencies
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts
# SQLite comes built for all platforms, and with its source. Packages that the box serves stay whole.
RUN cd node_modules/better-sqlite3 \
 && rm -r deps src \
 && find prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete

FROM base
ENV NODE_ENV=production BOX_FILES_DIR=/box/files BOX_TLS_DIR=/box/tls
COPY --from=dependencies /box/node_modules node_modules
COPY package.json LICENSE ./
COPY src src
COPY web web
COPY scripts/admin.ts scripts/ask-box.ts scripts/backup.ts scripts/deploy.ts scripts/doctor.ts scripts/garbage.ts scripts/invite.ts scripts/pinned-node.mjs scripts/restore.ts scripts/
# A new volume takes its owner from here.
RUN install --directory --owner=node --group=node files \
 && install --directory --owner=node --group=node --mode=750 tls
USER node
VOLUME /box/files
EXPOSE 8888 8889
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.BOX_PORT || 8888}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
