# Node and npm on the distribution's base, where no registry answers. The context holds both, as package-lock.json
# pins them.
ARG BASE
FROM ${BASE}
COPY npm /usr/local/lib/node_modules/npm
COPY node-linux-*/bin/node /usr/local/bin/node
# npm trusts whom the host trusts.
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && npm config set --location=global cafile /etc/ssl/certs/ca-certificates.crt
