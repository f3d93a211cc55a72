"""Calls GetCallerIdentity as often as the first argument says, with whatever boto3 finds by itself."""

import sys

import boto3

client = boto3.client("sts")
for _ in range(int(sys.argv[1])):
    print(client.get_caller_identity()["Arn"])
