"""Whatever SendGrid's official document refuses, the local one refuses.

SENDGRID_OPENAPI names the folder of the official OpenAPI documents (github.com/twilio/sendgrid-oai).
"""

import copy
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import Site  # type: ignore[import-not-found]
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sandbox.validate import validate

FOLDER = os.environ.get("SENDGRID_OPENAPI", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="SENDGRID_OPENAPI names no folder of official documents")
