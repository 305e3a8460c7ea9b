"""The copy that tests share when they do not stop, kill or fill it. Started at first use, without demo data."""

import atexit
import functools

from harness import Stack, Tenant, Vendor


@functools.cache
def stack():
    running = Stack().start()
    atexit.register(running.stop)
    return running


@functools.cache
def vendor():
    return Vendor(stack())


@functools.cache
def tenant():
    """A tenant for tests that only add to it. One that changes licence, users or settings makes its own."""
    return Tenant(stack())
