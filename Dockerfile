# syntax=docker/dockerfile:1
# One static binary in an otherwise empty image. Time zones and the root certificates of the Web are compiled in, and so is
# SQLite, so nothing has to be installed beside it.

FROM rust:1.95-alpine AS build
# The C compiler and headers are for SQLite and the TLS library. On Alpine everything links statically by default.
RUN apk add --no-cache gcc musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY src src
COPY locales locales
# The caches keep the compiled dependencies from one build to the next; what is kept of this one has to leave them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin antri \
    && install -D target/release/antri /image/antri \
    && install -d /image/data /image/tmp

FROM scratch
COPY --from=build /image/antri /antri
# A new volume takes over the owner of the folder it is mounted on.
COPY --from=build --chown=10001:10001 /image/data /data
# SQLite puts what it sorts here when it is much.
COPY --from=build --chown=10001:10001 /image/tmp /tmp
USER 10001:10001
# Inside a container the loopback address would be out of everybody's reach. What is published is decided outside.
ENV DATA_DIR=/data HTTP_ADDR=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/antri"]
CMD ["run"]
