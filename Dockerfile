# syntax=docker/dockerfile:1
# One static binary in an empty image. The binary contains SQLite, the time zones and the Web's root certificates, so the image
# needs no packages.

FROM rust:1.95-alpine AS build
# SQLite and the TLS library need the C compiler and headers. On Alpine, Rust links statically by default.
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY src src
COPY locales locales
COPY web/dist web/dist
# The cache mounts keep compiled dependencies between builds. They are not part of the layer, so the binary is copied out.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin antri \
    && install -D target/release/antri /image/antri \
    && install -d /image/data /image/tmp

FROM scratch
COPY --from=build /image/antri /antri
# A new volume gets the owner of the directory that it is mounted on.
COPY --from=build --chown=10001:10001 /image/data /data
# SQLite writes temporary files for large sorts here.
COPY --from=build --chown=10001:10001 /image/tmp /tmp
USER 10001:10001
# Nothing outside the container can reach its loopback address. `docker run --publish` decides what is reachable.
ENV DATA_DIR=/data HTTP_ADDR=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/antri"]
CMD ["run"]
