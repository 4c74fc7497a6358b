# The counter: one bundle, no node_modules. Works with the classic builder and with BuildKit.
ARG NODE_IMAGE=node:26.10.0-trixie-slim

FROM ${NODE_IMAGE} AS build
LABEL counter-deploy.stage=build
# A registry of the builder's own, if any.
ARG NPM_CONFIG_REGISTRY
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# This image is a Node already; the packages that hold another one are 200 MB, and npm's cache 90.
RUN npm ci --omit=dev --cache /tmp/npm && rm -rf node_modules/node-linux-* /tmp/npm
COPY service service
RUN npm run bundle

FROM ${NODE_IMAGE}
ARG VERSION=dev
LABEL org.opencontainers.image.title="counter-app" \
      org.opencontainers.image.description="A counter that is kept in Redis" \
      org.opencontainers.image.version="${VERSION}"
ENV NODE_ENV=production \
    APP_VERSION=${VERSION}
WORKDIR /app
COPY --from=build /build/dist ./
USER 1000:1000
EXPOSE 8000 9090
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["bash", "healthcheck.sh"]
CMD ["node", "server.mjs"]
