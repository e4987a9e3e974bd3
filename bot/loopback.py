"""Which addresses are this machine's own, so that nobody else can come from there or reach them."""

from ipaddress import IPv6Address, ip_address


def is_loopback(host: str) -> bool:
    """Say whether a host, by name or address and without its port, is this machine's loopback."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
