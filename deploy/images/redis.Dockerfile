# The distribution's Redis, where no registry answers. User and folder are the official image's, so that a volume
# made with one works with the other.
ARG BASE
FROM ${BASE}
RUN groupadd --system --gid 999 redis \
 && useradd --system --uid 999 --gid 999 --no-create-home --home-dir /data redis \
 && install --directory --owner=redis --group=redis /data \
 && apt-get update \
 && apt-get install --yes --no-install-recommends redis-server \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /data
VOLUME /data
CMD ["redis-server"]
