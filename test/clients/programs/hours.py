"""A job of 70 minutes: AWS is asked at its beginning and its end, by one client of boto3."""

import os
import select
import time

import boto3

client = boto3.client("sts")


def ask():
    arn = client.get_caller_identity()["Arn"]
    print(int(time.time()), arn, flush=True)


ask()
with open(os.environ["FAKETIME_TIMESTAMP_FILE"], "w") as clock:
    clock.write("+4200s")
# Whatever keeps files new looks every 15 seconds. libfaketime fails time.sleep of Python 3.11.
select.select([], [], [], 20)
ask()
