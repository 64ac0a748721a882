"""The application's settings as the tests want them; each test process has a folder of its own."""

from __future__ import annotations

import os
import tempfile

os.environ["PLUMBLINE_SECRET_KEY"] = "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"
os.environ["PLUMBLINE_DATA"] = tempfile.mkdtemp(prefix="plumbline-tests-")
os.environ["PLUMBLINE_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ.pop("PLUMBLINE_DEMO", None)
if os.environ.get("PLUMBLINE_APP_ON") == "postgres":  # plugin_app starts the server and names its socket
    os.environ["PLUMBLINE_DATABASE_URL"] = "postgres://plumbline@/postgres?host=/nowhere"

from plumbline.app.settings import *  # noqa: F403

# A slow hash protects people; here it would only slow down the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
