import io
import json
import logging

import pytest
import structlog

from audit_portal.service_log import configure, logger


@pytest.fixture
def lines():
    stream = io.StringIO()
    configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def test_a_line_is_one_json_object_of_allowed_keys(lines):
    logger().info("request", method="POST", route="/v1/offers", status=202, email="canary")
    [line] = lines()
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/offers",
        "status": 202,
        "dropped": 1,
    }


def raised(error):
    """The error with a place where it was raised."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def test_an_error_is_its_kind_and_place_and_nothing_it_says(lines):
    logger().error("failed", exc_info=raised(ValueError("canary")))
    [line] = lines()
    assert line["error"] == "ValueError"
    assert line["where"].startswith("test_service_log.py:")
    assert "canary" not in json.dumps(line)


def test_a_librarys_record_loses_its_message(lines):
    logging.getLogger("library").warning("value %s", "canary")
    failure = raised(KeyError("canary"))
    logging.getLogger("library").error("canary", exc_info=failure)
    plain, failed = lines()
    assert (plain["event"], plain["logger"], plain["level"]) == ("library", "library", "warning")
    assert (failed["error"], failed["level"]) == ("KeyError", "error")
    assert "canary" not in json.dumps([plain, failed])


def test_a_log_that_cannot_be_written_fails_nobody():
    stream = io.StringIO()
    configure(stream)
    stream.close()
    logger().info("request", status=202)
