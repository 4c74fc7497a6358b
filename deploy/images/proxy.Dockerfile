# The distribution's HAProxy, where no registry answers.
ARG BASE
FROM ${BASE}
RUN apt-get update \
 && apt-get install --yes --no-install-recommends haproxy \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
CMD ["haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"]
