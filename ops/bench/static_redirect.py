"""Debian's nginx answering every request with the same 302, without a log: what the tracker is compared with."""

import pathlib
import subprocess
import tempfile
import time

from harness.stack import free_ports
from meters import children

CONFIGURATION = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes auto;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096;
    location / {{ return 302 https://shop.example.org/offer; }}
  }}
}}
"""


class StaticRedirect:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="trackily-nginx-")
        # nginx's workers run as another user when started by root.
        pathlib.Path(self.folder.name).chmod(0o755)
        [self.port] = free_ports(1)
        file = pathlib.Path(self.folder.name, "nginx.conf")
        file.write_text(CONFIGURATION.format(folder=self.folder.name, port=self.port))
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-e", f"{self.folder.name}/error.log", "-c", file])
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise RuntimeError("nginx did not start")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.folder.cleanup()

    def pids(self):
        return [self.process.pid, *children(self.process.pid)]
