"""The local AWS: moto with `moto_strict`'s patches, in this process, on loopback only.

CloudFormation stacks are made in process (`in_process`), Terraform talks to the same code over
HTTP (`Server`). Both are empty at first; `seed` makes what an output refers to but does not make:
VPCs, security groups and prefix lists with the very ids that the output or a parameter names.
"""

import json
import logging
import os
import re
from contextlib import contextmanager
from threading import Lock, Thread
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
    "AWS_MAX_ATTEMPTS": "3",
    "MOTO_ACCOUNT_ID": ACCOUNT,
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}
os.environ.update(ENVIRONMENT)

import boto3  # noqa: E402
import moto_strict  # noqa: E402
import moto_attached  # noqa: E402,F401
from moto import mock_aws  # noqa: E402
from moto.acm.models import CertBundle, acm_backends  # noqa: E402
from moto.core.base_backend import BackendDict  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.ecr.models import ecr_backends  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

logging.getLogger("moto").setLevel(logging.ERROR)
logging.getLogger("werkzeug").setLevel(logging.ERROR)

MANIFEST = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": "sha256:" + "0" * 64},
    "layers": [],
}
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


def raise_quota(vpc, quota):
    """Lets groups of a VPC have as many rules as their program says that AWS was asked for."""
    if quota and quota > moto_strict.RULES_PER_GROUP:
        moto_strict.QUOTAS[vpc] = quota


def seed_subnets(text):
    """Makes the subnets that a text names, one in each availability zone, in the first VPC that it names."""
    ids = sorted(set(re.findall(r"\bsubnet-[0-9a-f]{17}\b", text)))
    vpcs = sorted(id for id in ids_in(text) if id.startswith("vpc-"))
    backend = ec2_backends[ACCOUNT][REGION]
    for number, id in enumerate(ids):
        with mock.patch("moto.ec2.models.subnets.random_subnet_id", lambda: id):
            backend.create_subnet(vpcs[0], f"10.0.{number}.0/24", availability_zone=f"{REGION}{'abcdef'[number]}")


def seed_certificate(arn):
    """Makes the certificate of a load balancer."""
    certificate = CertBundle.generate_cert("shop.example.com", ACCOUNT, REGION)
    certificate.arn = arn
    acm_backends[ACCOUNT][REGION]._certificates[arn] = certificate


def seed_images(names):
    """Makes a repository with an image tagged `1` for each name."""
    backend = ecr_backends[ACCOUNT][REGION]
    for name in names:
        backend.create_repository(name, None, None, None, "MUTABLE", [])
        backend.put_image(name, json.dumps(MANIFEST), "1")


@contextmanager
def in_process():
    """(ec2, cloudformation) clients of an empty AWS inside this process."""
    with mock_aws():
        yield boto3.client("ec2"), boto3.client("cloudformation")


class Server:
    """An empty AWS behind a port that the system picks; ends with this process at the latest."""

    def __init__(self):
        BackendDict.reset()
        self._application = DomainDispatcherApplication(create_backend_app)
        self._turn, self._answers = Lock(), {}
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.ec2 = boto3.client("ec2", endpoint_url=self.url)

    def _answer(self, environ, start_response):
        """One request at a time: moto walks through dictionaries that another one may be adding to. And
        an answer that was lost on the way, as happens on a busy machine, is given again: the SDK then
        sends the same invocation again, which must not be carried out twice."""
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
        with self._turn:
            if invocation is None or invocation not in self._answers:
                said = []
                body = b"".join(self._application(environ, lambda *args: said.append(args)))
                self._answers[invocation] = said[-1], body
            head, body = self._answers[invocation]
            if head[0].startswith("5"):
                del self._answers[invocation]
        start_response(*head)
        return [body]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
