"""Where a notice may go: to the world outside, and nowhere inside unless the operator says so."""

from ipaddress import ip_network

import pytest

from audit_portal.webhooks.addresses import LONGEST_URL, AddressRules, Forbidden
from vault.errors import BadInput

PRODUCTION, DEMO = AddressRules(), AddressRules(demo=True)
HOOK = PRODUCTION.target("https://hooks.shop.example/habeas?key=canary")

INSIDE = """
127.0.0.1 127.8.9.1 0.0.0.0 10.0.0.1 172.16.5.4 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.8
192.0.2.1 198.18.0.1 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
:: ::1 fec0::1 192.88.99.1 fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 ff02::1 ff0e::1 2001:db8::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1
64:ff9b:1::808:808 2002:7f00:1:: 2002:808:808::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
"""
OUTSIDE = "8.8.8.8 1.1.1.1 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"


@pytest.mark.parametrize("address", INSIDE.split())
def test_no_notice_goes_to_an_address_inside(address):
    with pytest.raises(Forbidden):
        PRODUCTION.require_open(HOOK, [address])


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_a_public_address_is_open(address):
    PRODUCTION.require_open(HOOK, [address])


def test_one_address_inside_refuses_all_of_a_name():
    with pytest.raises(Forbidden):
        PRODUCTION.require_open(HOOK, ["8.8.8.8", "10.0.0.1"])


def test_the_operator_names_networks_that_are_open():
    rules = AddressRules(networks=[ip_network("10.20.0.0/16"), ip_network("fd00:20::/32")])
    rules.require_open(HOOK, ["10.20.3.4", "fd00:20::1", "8.8.8.8"])
    for closed in ("10.21.0.1", "127.0.0.1", "::ffff:10.20.3.4"):
        with pytest.raises(Forbidden):
            rules.require_open(HOOK, [closed])


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.shop.example/",
        "http://localhost:9000/",
        "ftp://hooks.shop.example/",
        "https://",
        "https:///path",
        "hooks.shop.example",
        "//hooks.shop.example/",
        "https://name@hooks.shop.example/",
        "https://name:password@hooks.shop.example/",
        "https://@hooks.shop.example/",
        "https://hooks.shop.example/#part",
        "https://hooks.shop.example:0/",
        "https://hooks.shop.example:70000/",
        "https://hooks.shop.example:port/",
        "https://hooks.shop.example\\@10.0.0.1/",
        "https://hooks.shop.example/a b",
        "https://hooks.shop.example/\r\nx: y",
        "https://hooks.shöp.example/",
        "https://[::1/",
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[fd00::1]:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://hooks.shop.example/" + "a" * LONGEST_URL,
    ],
)
def test_what_is_no_address_to_be_told_at_is_refused_without_repeating_it(url):
    with pytest.raises(BadInput) as refused:
        PRODUCTION.target(url)
    assert refused.value.member == "url"
    assert "shop" not in refused.value.reason.replace("https://hooks.shop.example", "")


def test_a_target_shows_its_origin_and_no_more():
    target = PRODUCTION.target("https://hooks.shop.example:8443/habeas?key=canary")
    assert target.origin == "https://hooks.shop.example:8443"
    assert target.authority == "hooks.shop.example:8443"
    assert target.at("8.8.8.8") == "https://8.8.8.8:8443/habeas?key=canary"
    assert target.at("2606:4700::1111").startswith("https://[2606:4700::1111]:8443/")
    assert "canary" not in repr(target)
    assert HOOK.authority == "hooks.shop.example"
    assert PRODUCTION.target("https://hooks.shop.example").path == "/"


def test_a_demo_tells_this_machine_and_the_public_world():
    for url in ("http://localhost:9000/x", "http://127.0.0.1:9000/x", "http://[::1]:9000/x"):
        DEMO.require_open(DEMO.target(url), ["127.0.0.1", "::1"])
    DEMO.require_open(DEMO.target("https://hooks.shop.example/"), ["8.8.8.8"])
    with pytest.raises(BadInput):
        DEMO.target("http://hooks.shop.example/")
    with pytest.raises(Forbidden):
        DEMO.require_open(DEMO.target("https://hooks.shop.example/"), ["127.0.0.1"])
    with pytest.raises(Forbidden):
        DEMO.require_open(DEMO.target("http://localhost/"), ["10.0.0.1"])
