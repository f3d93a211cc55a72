"""Calls GetCallerIdentity twice, with whatever boto3 finds by itself."""

import boto3

client = boto3.client("sts")
for _ in range(2):
    print(client.get_caller_identity()["Arn"])
