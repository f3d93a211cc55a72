"""Writes presigned.json: what botocore itself makes of each input of the last mile, at one fixed time.

Run with boto3 installed: python3 test/vectors/presigned.py > test/vectors/presigned.json
The tests read the JSON alone. No request is sent.
"""

import base64
import datetime
import json
import sys

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.signers import RequestSigner

NOW = datetime.datetime(2027, 1, 15, 8, 0, 0, tzinfo=datetime.timezone.utc)
KEYS = ("ASIAEXAMPLEEXAMPLE01", "secret/of+a/session=", "token/of+a/session==")
botocore.auth.get_current_datetime = lambda *_, **__: NOW

session = botocore.session.get_session()
session.set_credentials(*KEYS)


def eks(cluster, region):
    """As awscli/customizations/eks/get_token.py does it."""
    client = session.create_client("sts", region_name=region, endpoint_url=None)

    def keep(params, context, **_):
        if "x-k8s-aws-id" in params:
            context["x-k8s-aws-id"] = params.pop("x-k8s-aws-id")

    def put(request, **_):
        if "x-k8s-aws-id" in request.context:
            request.headers["x-k8s-aws-id"] = request.context["x-k8s-aws-id"]

    client.meta.events.register("provide-client-params.sts.GetCallerIdentity", keep)
    client.meta.events.register("before-sign.sts.GetCallerIdentity", put)
    url = client.generate_presigned_url(
        "get_caller_identity", Params={"x-k8s-aws-id": cluster}, ExpiresIn=60, HttpMethod="GET"
    )
    return {"cluster": cluster, "region": region, "url": url}


def rds(host, port, user, region):
    client = session.create_client("rds", region_name=region)
    token = client.generate_db_auth_token(host, port, user, region)
    return {"host": host, "port": port, "user": user, "region": region, "token": token}


def call(service, region, method, **parameters):
    client = session.create_client(service, region_name=region)
    seen = {}

    def stop(request, **_):
        seen["url"] = request.url
        seen["body"] = (request.body or b"").decode() if isinstance(request.body, (bytes, type(None))) else request.body
        seen["headers"] = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        return AWSResponse(request.url, 200, {}, None)

    client.meta.events.register("before-send.*.*", stop)
    try:
        getattr(client, method)(**parameters)
    except Exception:  # The empty answer is no answer; what was to be sent is what counts.
        pass
    kept = {name: seen["headers"][name] for name in seen["headers"] if name in ("authorization", "x-amz-target", "content-type")}
    return {"region": region, "url": seen["url"], "body": seen["body"], "headers": kept}


json.dump(
    {
        "botocore": botocore.__version__,
        "now": int(NOW.timestamp()),
        "keys": dict(zip(("accessKeyId", "secretAccessKey", "sessionToken"), KEYS)),
        "eks": [eks("prod", "eu-central-1"), eks("staging_2", "us-east-1"), eks("prod", "cn-north-1")],
        "rds": [
            rds("db.abcdefghijkl.eu-central-1.rds.amazonaws.com", 5432, "deploy", "eu-central-1"),
            rds("db.abcdefghijkl.us-east-1.rds.amazonaws.com", 3306, "app_user", "us-east-1"),
        ],
        "ecr": call("ecr", "eu-central-1", "get_authorization_token"),
        "ecrPublic": call("ecr-public", "us-east-1", "get_authorization_token"),
        "codeartifact": call(
            "codeartifact",
            "eu-central-1",
            "get_authorization_token",
            domain="acme",
            domainOwner="123456789012",
            durationSeconds=0,
        ),
    },
    sys.stdout,
    indent=2,
)
print()
