"""A length that says little: a value is padded to one of few sizes before it is sealed.

Rules kept here:
- 0x80, then zeros, to 32, 64, 128, 256, 512 or 1024 bytes; beyond that to a Padmé length, which
  keeps the top floor(log2(log2 L)) + 1 bits of the length and rounds the rest up (12 % at most).
- One value has one padded form. ``unpad`` refuses every other.

Use::

    unpad(pad(b"Rosa"))     # b"Rosa", over 32 bytes
"""

from vault.errors import Damaged

_MARK = b"\x80"
_SMALLEST = 32
_LARGEST_POWER = 1024


def padded_length(plain_length: int) -> int:
    """The length of the padded form of a value of ``plain_length`` bytes."""
    length = plain_length + len(_MARK)
    if length <= _LARGEST_POWER:
        return max(_SMALLEST, 1 << (length - 1).bit_length())
    # Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", section 4).
    exponent = length.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    return -(-length >> free_bits) << free_bits


def pad(plain: bytes) -> bytes:
    """``plain``, 0x80 and zeros up to its padded length."""
    return (plain + _MARK).ljust(padded_length(len(plain)), b"\0")


def unpad(padded: bytes) -> bytes:
    """What ``pad`` was given; ``Damaged`` unless ``padded`` is exactly what it would give back."""
    unfilled = padded.rstrip(b"\0")
    plain = unfilled[:-1]
    if unfilled[-1:] != _MARK or len(padded) != padded_length(len(plain)):
        raise Damaged("a value is not padded in its one form")
    return plain
