# The application in one image: `plumbline serve`, `worker` and every other command.
FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --constraint constraints.txt '.[server]'

FROM python:3.11-slim
# Nobody needs a home, a shell or the rights of root here.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin plumbline \
 && install --directory --owner plumbline --group plumbline --mode 0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PLUMBLINE_DATA=/data PYTHONUNBUFFERED=1
USER plumbline
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["plumbline"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--no-worker"]
