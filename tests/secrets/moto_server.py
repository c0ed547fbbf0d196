"""AWS as moto plays it, with signatures and permissions verified, for tests/secrets/run.

Says NAME=value lines and READY on standard output, then obeys lines of standard input:
  put JSON   gives the secret another value; what it had becomes its previous version
  readings   says when values of the secret were asked for since the last such question: MS:VERSION ...
Ends with its input. stand_in_server speaks the same."""
import json
import os
import sys
import time

for name in [n for n in os.environ if n.startswith("AWS_") and n != "AWS_CA_BUNDLE"]:
    del os.environ[name]
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "1000"  # until all is set up
os.environ.update(AWS_ACCESS_KEY_ID="setup", AWS_SECRET_ACCESS_KEY="setup", AWS_DEFAULT_REGION="eu-west-1")

import boto3
from moto.core.responses import ActionAuthenticatorMixin
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.server import ThreadedMotoServer
from moto.sts.models import sts_backends

NAME = "prod/tasks-db"
INSTANCE = ("test-key", "test-secret-key", "test-session-token")  # of moto's metadata
ALLOWED = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
readings = []


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def note_readings():
    plain = SecretsManagerResponse.get_secret_value

    def noted(self):
        readings.append("%d:%s" % (time.monotonic() * 1000, self._get_param("VersionStage")))
        return plain(self)

    SecretsManagerResponse.get_secret_value = noted


def make_user(iam, name, allowed):
    iam.create_user(UserName=name)
    if allowed:
        iam.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=policy(ALLOWED))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def make_session(iam, sts):
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=policy(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy(ALLOWED))
    sts.assume_role(RoleArn=role, RoleSessionName="instance")
    adopt_instance_role()
    c = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"]


def adopt_instance_role():
    """What moto's instance metadata hands out is made known to the moto that verifies signatures."""
    session = sts_backends["123456789012"]["aws"].assumed_roles[-1]
    session.access_key_id, session.secret_access_key, session.session_token = INSTANCE


def say(**facts):
    for name, value in facts.items():
        print(f"{name}={value}", flush=True)


def main():
    note_readings()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://%s:%d" % server.get_host_and_port()
    iam, sts, secrets = (boto3.client(s, endpoint_url=url) for s in ("iam", "sts", "secretsmanager"))
    right = make_user(iam, "reader", True)
    denied = make_user(iam, "stranger", False)
    session = make_session(iam, sts)
    arn = secrets.create_secret(Name=NAME, SecretString='{"username":"u","password":"p"}')["ARN"]
    say(URL=url, ARN=arn, RIGHT_ID=right[0], RIGHT_KEY=right[1], DENIED_ID=denied[0], DENIED_KEY=denied[1])
    say(SESSION_ID=session[0], SESSION_KEY=session[1], SESSION_TOKEN=session[2])
    say(INSTANCE_ID=INSTANCE[0], INSTANCE_KEY=INSTANCE[1], INSTANCE_TOKEN=INSTANCE[2])
    ActionAuthenticatorMixin.request_count = 1000  # from now on each call is verified
    print("READY", flush=True)
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        print(put(rest) if word == "put" else take_readings(), flush=True)
    server.stop()


def take_readings():
    noted, readings[:] = readings[:], []
    return " ".join(noted)


def put(value):
    """Straight into the backend: the setup's keys are no longer let in."""
    from moto.secretsmanager.models import secretsmanager_backends

    secretsmanager_backends["123456789012"]["eu-west-1"].put_secret_value(
        secret_id=NAME, secret_string=value, secret_binary=None, client_request_token="", version_stages=["AWSCURRENT"]
    )
    return "done"


main()
