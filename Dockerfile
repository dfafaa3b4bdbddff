# Một Cửa for a real office: one image for web, worker and the jobs. Runs as 10001, writes only to /tmp and its volumes.
FROM python:3.11-slim-bookworm AS environment
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/motcua
COPY requirements/run.txt /tmp/run.txt
RUN /opt/motcua/bin/pip install --require-hashes --only-binary :all: -r /tmp/run.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 motcua \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin motcua
COPY --from=environment /opt/motcua /opt/motcua
WORKDIR /srv/motcua
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY signing signing
COPY storage storage
COPY simulators simulators
COPY migrations migrations
COPY workflows workflows
# The program stays root's: who breaks into the process cannot change it. `motcua` is a two-line door to app.cli.
RUN printf '#!/bin/sh\nexec /opt/motcua/bin/python -m app.cli "$@"\n' > /usr/local/bin/motcua \
 && chmod 755 /usr/local/bin/motcua \
 && python -m compileall -q app signing storage \
 && install -d -o 10001 -g 10001 /var/lib/motcua/objects
ENV PATH=/opt/motcua/bin:$PATH PYTHONPATH=/srv/motcua PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 \
    MOTCUA_WORKFLOWS_FOLDER=/srv/motcua/workflows
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["motcua"]
CMD ["serve"]
