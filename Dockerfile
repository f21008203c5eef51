# convene as a server: docs/operations.md says which settings it wants. Without default features
# it contains no stand-in for Stripe, SQS, a mail server or a database.
#
# A digest names one image for ever. `docker buildx imagetools inspect <name>:<tag>` prints the
# newest one.
FROM rust:1.95-slim-trixie@sha256:275c320a57d0d8b6ab09454ab6d1660d70c745fb3cc85adbefad881b69a212cc AS build
WORKDIR /src
COPY . .
# cc is what ring needs; the image has it.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package convene --bin convene --no-default-features \
    && install -D target/release/convene /out/convene

# A C library, certificates, an unprivileged user, and no shell.
FROM gcr.io/distroless/cc-debian13:nonroot@sha256:54df941ed0d06a1bd95ef5e0ce391fd8d9f94b64782dc9a60062727849ee3f97
COPY --from=build /out/convene /usr/local/bin/convene
ENV CONVENE_ENV=production HOST=0.0.0.0 PORT=8080 METRICS_ADDRESS=0.0.0.0:9464
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/convene"]
