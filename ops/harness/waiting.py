"""Waiting for something that happens soon, without guessing how soon."""

import time


def eventually(condition, within=30.0, every=0.1, what="the condition"):
    """Calls `condition` until it answers something true, and returns that; an AssertionError of its own is "not yet".

    Raises AssertionError with the last failure when `within` seconds are over.
    """
    deadline = time.monotonic() + within
    while True:
        failure = None
        try:
            if answer := condition():
                return answer
        except AssertionError as error:
            failure = error
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true within {within} s") from failure
        time.sleep(every)
