"""Plays the machine, the vendor, the customer and the visitors from outside: what the acceptance tests, the browser
tests, the bench and the soak share. Speaks only what the product documents: commands, environment, HTTP, psql.
"""

from harness.client import Answer, Client
from harness.customers import Tenant, Vendor
from harness.load import Load
from harness.node import Node
from harness.past import PastNode
from harness.stack import Stack
from harness.waiting import eventually

__all__ = ["Answer", "Client", "Load", "Node", "PastNode", "Stack", "Tenant", "Vendor", "eventually"]
