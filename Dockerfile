# tasksd as an image: a server that wants to hear who may use it (TASKSD_AUTH), the page inside, tasksctl
# beside it. Build and check it without a container engine: pipeline/image
# The default is the last target, `tasksd`, on Debian; `static` stands on nothing.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS source
WORKDIR /src
COPY pipeline/lib.sh pipeline/packages.txt pipeline/sources.sh pipeline/lean pipeline/lean_libpq.c pipeline/
RUN pipeline/lean /lean
COPY . .
ARG SOURCE_DATE_EPOCH

# The target `static`: two programs that need nothing below them. There is no shell to get into.
FROM source AS build-static
RUN pipeline/static /build /lean && install -d -m 0700 /build/empty

FROM scratch AS static
COPY --from=build-static /build/tasksd /build/tasksctl /usr/bin/
COPY --from=build-static /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build-static /build/status /var/lib/dpkg/
COPY --from=build-static --chown=10001:10001 /build/empty /var/lib/tasks
USER 10001:10001
ENV PATH=/usr/bin TASKSD_LISTEN=0.0.0.0:5000 XDG_DATA_HOME=/var/lib
VOLUME /var/lib/tasks
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=10s --retries=3 \
    CMD ["tasksctl", "probe", "--live", "--quiet", "http://127.0.0.1:5000"]
ENTRYPOINT ["tasksd"]

FROM source AS build
RUN cmake -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    && cmake --build /build --target tasksd tasksctl \
    && strip /build/tasksd/tasksd /build/tasksctl/tasksctl

# What the programs stand on (libpq and libcurl, which are loaded on first use, without Kerberos, LDAP and SSH), without
# what nobody here opens, and without any file that can raise rights. What the base has is left there: to take that away
# makes a layer larger.
FROM ${BASE} AS tasksd
RUN --mount=type=bind,from=source,source=/lean/packages,target=/lean \
    apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends -o 'DPkg::Options::=--path-exclude=/usr/share/doc/*' \
        -o 'DPkg::Options::=--path-exclude=/usr/share/man/*' \
        ca-certificates libcivetweb1 libjansson4 libsqlite3-0 /lean/*.deb \
    && apt-get clean \
    && cd /usr/lib/*-linux-gnu \
    && rm -rf libcivetweb-cpp.so* ossl-modules engines-3 /usr/bin/openssl /usr/bin/c_rehash /usr/lib/ssl/misc \
        /var/lib/apt/lists/* /var/cache/debconf/* /var/cache/ldconfig/* /var/lib/dpkg/*-old /var/log/* \
    && cd /var/lib/dpkg/info \
    && rm -f ca-certificates.config ca-certificates.templates \
        libcivetweb1*.symbols libjansson4*.symbols libsqlite3-0*.symbols libssl3*.symbols \
    && find /etc/ssl/certs -type l -delete \
    && find / -xdev -perm /6000 -type f -delete \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/tasks
COPY --from=build /build/tasksd/tasksd /build/tasksctl/tasksctl /usr/bin/
USER 10001:10001
ENV TASKSD_LISTEN=0.0.0.0:5000 XDG_DATA_HOME=/var/lib
VOLUME /var/lib/tasks
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=10s --retries=3 \
    CMD ["tasksctl", "probe", "--live", "--quiet", "http://127.0.0.1:5000"]
ENTRYPOINT ["tasksd"]
