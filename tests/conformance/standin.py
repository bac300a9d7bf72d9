"""The local AWS: moto with `moto_strict`'s patches, in this process, on loopback only.

CloudFormation stacks are made in process (`in_process`), Terraform talks to the same code over
HTTP (`Server`). Both are empty at first; `seed` makes what an output refers to but does not make:
VPCs, security groups and prefix lists with the very ids that the output or a parameter names.
"""

import logging
import os
import re
from contextlib import contextmanager
from unittest import mock

# Before moto and boto3 are imported: no file, profile or endpoint of the user is ever read.
REGION = "us-east-1"
ACCOUNT = "246813579024"
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # Terraform's provider asks 25 times after a server error otherwise: ten minutes and more.
    "AWS_MAX_ATTEMPTS": "1",
    "MOTO_ACCOUNT_ID": ACCOUNT,
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
os.environ.update(ENVIRONMENT)

import boto3  # noqa: E402
import moto_strict  # noqa: E402,F401
from moto import mock_aws  # noqa: E402
from moto.core.base_backend import BackendDict  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

logging.getLogger("moto").setLevel(logging.ERROR)
logging.getLogger("werkzeug").setLevel(logging.ERROR)

ID = re.compile(r"(?<![0-9]/)\b(?:vpc|sg|pl)-(?:[0-9a-f]{17}|[0-9a-f]{8})\b")


def ids_in(text):
    """The ids of VPCs, groups and prefix lists that a text names; not other accounts' groups."""
    return set(ID.findall(text))


def seed(ids, ipv6_lists=()):
    """Makes what has these ids, where it does not exist. Each VPC has IPv6, like a dual-stack one:
    then a new group has both of AWS's default outbound rules, which the outputs must get rid of."""
    backend = ec2_backends[ACCOUNT][REGION]
    for id in sorted(ids):
        kind = id.split("-")[0]
        if kind == "vpc" and id not in backend.vpcs:
            with mock.patch("moto.ec2.models.vpcs.random_vpc_id", lambda: id):
                backend.create_vpc("10.0.0.0/16", amazon_provided_ipv6_cidr_block=True)
        elif kind == "pl" and id not in backend.managed_prefix_lists:
            family = "IPv6" if id in ipv6_lists else "IPv4"
            with mock.patch("moto.ec2.models.managed_prefixes.random_managed_prefix_list_id", lambda: id):
                backend.create_managed_prefix_list(family, [], 1, f"list {id}")
        elif kind == "sg" and backend.get_security_group_from_id(id) is None:
            with mock.patch("moto.ec2.models.security_groups.random_security_group_id", lambda: id):
                backend.create_security_group(f"existing {id[3:]}", "a group that was there", backend.default_vpc.id)


@contextmanager
def in_process():
    """(ec2, cloudformation) clients of an empty AWS inside this process."""
    with mock_aws():
        yield boto3.client("ec2"), boto3.client("cloudformation")


class Server:
    """An empty AWS behind a port that the system picks; ends with this process at the latest."""

    def __init__(self):
        BackendDict.reset()
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self.url = "http://%s:%s" % self._server.get_host_and_port()
        self.ec2 = boto3.client("ec2", endpoint_url=self.url)

    def stop(self):
        self._server.stop()
