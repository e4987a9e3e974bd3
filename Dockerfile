# Two stages: the first builds the wheel and installs it; the second holds Python, that installation and nothing else.
# Runs as any user of group 0 (as OpenShift demands) on a read-only root; only /data is written.

FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY models models
COPY migrations migrations
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
# Without pip: nothing is installed into a running image.
RUN python -m venv --without-pip /opt/watchbill
RUN python -m pip --python /opt/watchbill/bin/python install --no-cache-dir --compile /wheels/*.whl

FROM python:3.12-slim
LABEL org.opencontainers.image.title="Watchbill" \
      org.opencontainers.image.description="A chat-ops bot for support triage and on-call" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/watchbill /opt/watchbill
RUN mkdir /data && chown 1001:0 /data && chmod 0770 /data
# What the configuration leaves out: the store lies in /data, and the port can be reached from outside the container.
ENV PATH="/opt/watchbill/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    WATCHBILL_CONFIG=/etc/watchbill/config.yaml \
    WATCHBILL_DATABASE_URL=sqlite:////data/watchbill.db \
    WATCHBILL_HTTP_LISTEN=0.0.0.0:8080
WORKDIR /data
VOLUME /data
USER 1001:0
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; port = os.environ['WATCHBILL_HTTP_LISTEN'].rpartition(':')[2]; web.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=4)"]
ENTRYPOINT ["watchbill"]
CMD ["run"]
