#!/usr/bin/env python3
"""Rules over a plan or a state: terraform show -json FILE | policy.py [--emulated]

Each finding is RULE ADDRESS WHAT. Exceptions carry a reason and its price: exceptions.json. Fails on a finding that is no
exception. What a plan does not know yet (it depends on what is made) is checked in the state after the apply; an emulated
state forgets some tags, which the plan has shown."""
import base64
import json
import pathlib
import re
import sys

EXCEPTIONS = json.loads((pathlib.Path(__file__).parent / "exceptions.json").read_text())
TAGS = {"Project", "Environment", "ManagedBy"}
WORLD = ("0.0.0.0/0", "::/0")
USER_DATA_MAX = 16384


def resources(module):
    yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from resources(child)


def true(value):
    return str(value).lower() == "true"


def tags(kind, values):
    if "tags_all" in values and values["tags_all"] is not None:
        missing = TAGS - set(values["tags_all"])
        if missing:
            yield "tags", f"lacks {', '.join(sorted(missing))}"


def ingress(kind, values):
    if kind != "aws_vpc_security_group_ingress_rule":
        return
    world = values.get("cidr_ipv4") in WORLD or values.get("cidr_ipv6") in WORLD
    low, high = values.get("from_port"), values.get("to_port")
    if low is None or low <= 22 <= high:
        yield "no-port-22", "lets somebody in by SSH: use Session Manager"
    if world and (low != high or low not in (80, 443)):
        yield "public-is-the-edge", f"opens {low} to {high} to the world"
    if not values.get("description"):
        yield "rules-have-reasons", "has no description"


def inline_rules(kind, values):
    """Of a plan only: the state of a group lists the rules of other resources too."""
    if kind in ("aws_security_group", "aws_default_security_group") and (values.get("ingress") or values.get("egress")):
        yield "one-rule-a-resource", "has rules within itself"
    if kind == "aws_security_group_rule":
        yield "one-rule-a-resource", "is of the kind that has no description of its own: use aws_vpc_security_group_ingress_rule"


def database(kind, values):
    if kind != "aws_db_instance":
        return
    if not values.get("storage_encrypted"):
        yield "encrypted", "the database is not encrypted"
    if values.get("publicly_accessible"):
        yield "no-public-database", "is reachable from the internet"
    if not values.get("iam_database_authentication_enabled"):
        yield "database-iam", "knows no IAM authentication"
    if not values.get("backup_retention_period"):
        yield "database-backup", "keeps no backup"
    if values.get("password"):
        yield "no-password-in-state", "has its password in the state: use password_wo"


def forced_tls(kind, values):
    if kind == "aws_db_parameter_group":
        if not any(p["name"] == "rds.force_ssl" and p["value"] == "1" for p in values.get("parameter", [])):
            yield "database-tls", "does not force TLS"


def volumes(kind, values):
    if kind == "aws_ebs_volume" and not values.get("encrypted"):
        yield "encrypted", "the volume is not encrypted"
    for root in values.get("root_block_device", []) if kind == "aws_instance" else []:
        if not true(root.get("encrypted")):
            yield "encrypted", "the volume of the instance is not encrypted"
    for mapping in values.get("block_device_mappings", []) if kind == "aws_launch_template" else []:
        for ebs in mapping["ebs"]:
            if not true(ebs.get("encrypted")):
                yield "encrypted", "a volume of the instances is not encrypted"


def instances(kind, values):
    if kind not in ("aws_launch_template", "aws_instance"):
        return
    options = (values.get("metadata_options") or [{}])[0]
    if options.get("http_tokens") != "required":
        yield "imdsv2", "answers to metadata of version 1"
    if options.get("http_put_response_hop_limit") not in (None, 1):
        yield "imdsv2", "lets metadata travel more than one hop"
    if values.get("key_name"):
        yield "no-port-22", "has an SSH key"
    if any(true(n.get("associate_public_ip_address")) for n in values.get("network_interfaces", [])):
        yield "no-public-address", "gives instances a public address"
    data = values.get("user_data") or ""
    text = base64.b64decode(data).decode() if kind == "aws_launch_template" and data else data
    if len(text.encode()) > USER_DATA_MAX:
        yield "user-data-fits", f"has {len(text.encode())} bytes of user data, and AWS takes {USER_DATA_MAX}"
    artifact = re.search(r"^tasks_artifact='(.*)'$", text, re.M)
    if artifact and not re.search(r"@sha256:[0-9a-f]{64}$", artifact[1]):
        yield "no-latest", f"{artifact[1]} is not pinned by digest"


def images(kind, values):
    if kind != "aws_ecs_task_definition":
        return
    for container in json.loads(values.get("container_definitions") or "[]"):
        if "@sha256:" not in container["image"]:
            yield "no-latest", f"{container['image']} is not pinned by digest"
        if not container.get("readonlyRootFilesystem"):
            yield "read-only-root", f"{container['name']} can write to its root"


def policies(kind, values):
    if kind not in ("aws_iam_role_policy", "aws_iam_policy") or not values.get("policy"):
        return
    for statement in json.loads(values["policy"])["Statement"]:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        where = [statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"]
        if any(a == "*" or a.endswith(":*") for a in actions):
            yield "no-star-action", f"allows {', '.join(actions)}"
        if "*" in where:
            yield "no-star-resource", f"allows {', '.join(actions)} on everything"
        if any(a.startswith("secretsmanager:") for a in actions) and (len(where) != 1 or "*" in where[0].rsplit(":", 1)[-1]):
            yield "one-secret", f"reads {', '.join(where)}"


def logs(kind, values):
    if kind == "aws_cloudwatch_log_group" and not values.get("retention_in_days"):
        yield "log-retention", "keeps logs for ever"


def edge(kind, values):
    if kind == "aws_lb":
        if not values.get("drop_invalid_header_fields") or values.get("desync_mitigation_mode") != "strictest":
            yield "edge-is-strict", "lets doubtful requests through"
    if kind == "aws_lb_listener" and values.get("protocol") == "HTTP":
        if any(a["type"] != "redirect" for a in values.get("default_action", [])):
            yield "http-only-redirects", "serves without TLS"
    if kind == "aws_lb_listener" and values.get("protocol") == "HTTPS" and "TLS13" not in (values.get("ssl_policy") or ""):
        yield "tls-1.2", f"takes {values.get('ssl_policy')}"
    if kind == "aws_lb_target_group":
        for check in values.get("health_check", []):
            if check.get("path") != "/livez":
                yield "health-is-livez", f"asks {check.get('path')}, which may ask the database"


def alarms(kind, values, detailed):
    if kind != "aws_cloudwatch_metric_alarm":
        return
    least = 60 if values["namespace"] != "AWS/EC2" or detailed else 300
    if values["period"] < least:
        yield "alarm-resolution", f"looks each {values['period']} s at a figure that comes each {least} s"


def database_logs(found):
    """RDS makes the groups of what it exports itself, to be kept for ever, unless they are there."""
    groups = {r["values"]["name"] for r in found if r["type"] == "aws_cloudwatch_log_group"}
    for r in found:
        for log in (r["values"].get("enabled_cloudwatch_logs_exports") or []) if r["type"] == "aws_db_instance" else []:
            if f"/aws/rds/instance/{r['values']['identifier']}/{log}" not in groups:
                yield "log-retention", r["address"], f"exports its log {log} to a group that keeps it for ever"


RULES = (tags, ingress, database, forced_tls, volumes, instances, images, policies, logs, edge)


def findings(document):
    root = (document.get("planned_values") or document["values"])["root_module"]
    found = list(resources(root))
    detailed = any(m.get("enabled") for r in found if r["type"] == "aws_launch_template" for m in r["values"].get("monitoring", []))
    rules = (*RULES, inline_rules) if "planned_values" in document else RULES
    yield from database_logs(found)
    for r in found:
        for rule in rules:
            for name, what in rule(r["type"], r["values"]):
                yield name, r["address"], what
        for name, what in alarms(r["type"], r["values"], detailed):
            yield name, r["address"], what


def main():
    bad = 0
    emulated = "--emulated" in sys.argv[1:]
    for name, address, what in findings(json.load(sys.stdin)):
        if emulated and name == "tags":
            continue
        excuse = next((e for e in EXCEPTIONS if e["rule"] == name and e["where"] == address), None)
        if excuse:
            print(f"  excepted {name} {address}: {excuse['reason']}; doing it would cost: {excuse['price_of_doing_it']}")
        else:
            bad += 1
            print(f"  {name} {address} {what}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
