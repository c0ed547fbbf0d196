#!/usr/bin/env python3
"""What a plan costs: terraform show -json PLAN | cost.py [PROFILE]

Prints dollars a day, idle, by resource; what one more instance costs; and what a million requests cost. With PROFILE it
fails when the sum is above that profile's budget. A billed resource that it does not know fails too: nothing is free
because it was forgotten. Prices with source and date: prices.json."""
import json
import pathlib
import sys

TABLE = json.loads((pathlib.Path(__file__).parent / "prices.json").read_text())
HOURS = TABLE["hours_a_month"]
DAY = 24
# Of a million requests: answers of 4 KB, a page of twenty tasks, and lines in the log of 300 bytes.
ANSWER_GB = 4.0
LOG_LINES_GB = 0.3

# What has no price by itself.
FREE = """
aws_apigatewayv2_api aws_apigatewayv2_integration aws_apigatewayv2_route aws_apigatewayv2_stage aws_apigatewayv2_authorizer
aws_appautoscaling_policy aws_appautoscaling_target aws_acm_certificate aws_acm_certificate_validation
aws_autoscaling_lifecycle_hook aws_autoscaling_policy aws_autoscaling_schedule aws_backup_plan aws_backup_selection
aws_backup_vault aws_budgets_budget aws_cloudfront_distribution aws_cloudfront_vpc_origin aws_cloudwatch_log_group
aws_cloudwatch_composite_alarm aws_cognito_user_pool aws_cognito_user_pool_client
aws_cognito_user_pool_domain aws_db_parameter_group aws_db_subnet_group aws_default_security_group aws_ecr_lifecycle_policy
aws_ecr_repository aws_ecs_cluster aws_ecs_cluster_capacity_providers aws_ecs_task_definition aws_egress_only_internet_gateway
aws_eip_association aws_iam_instance_profile aws_iam_openid_connect_provider aws_iam_policy aws_iam_role aws_iam_role_policy
aws_iam_role_policy_attachment aws_internet_gateway aws_launch_template aws_lb_listener aws_lb_target_group aws_route
aws_route53_record aws_route_table aws_route_table_association aws_s3_bucket aws_s3_bucket_lifecycle_configuration
aws_s3_bucket_policy aws_s3_bucket_public_access_block aws_s3_bucket_server_side_encryption_configuration
aws_s3_bucket_versioning aws_scheduler_schedule aws_secretsmanager_secret_version aws_security_group
aws_service_discovery_private_dns_namespace aws_sns_topic aws_sns_topic_policy aws_sns_topic_subscription aws_ssm_parameter
aws_subnet aws_vpc aws_vpc_security_group_egress_rule aws_vpc_security_group_ingress_rule aws_wafv2_web_acl_association
terraform_data
""".split()


def price(name):
    return TABLE["prices"][name]["price"]


def hourly(name, count=1):
    return price(name) * DAY * count


def monthly(name, count=1):
    return price(name) * 12 / 365 * count


def resources(module):
    yield from (r for r in module.get("resources", []) if r["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from resources(child)


def database(values):
    count = 2 if values.get("multi_az") else 1
    return hourly(values["instance_class"] + "_hour", count) + monthly("rds_gp3_gb_month", values["allocated_storage"] * count)


def task_of(service, task):
    """One task of Fargate: its share of a core, its memory, its address."""
    day = hourly("fargate_arm_vcpu_hour", float(task["cpu"]) / 1024) + hourly("fargate_arm_gb_hour", float(task["memory"]) / 1024)
    if any(n.get("assign_public_ip") for n in service.get("network_configuration", [])):
        day += hourly("ipv4_hour")
    return day


def instance_of(template):
    """One instance: hours, volume, address, figures each minute."""
    day = hourly(template["instance_type"] + "_hour")
    for mapping in template.get("block_device_mappings", []):
        for ebs in mapping["ebs"]:
            day += monthly("gp3_gb_month", ebs["volume_size"])
    if any(str(n.get("associate_public_ip_address")) == "true" for n in template.get("network_interfaces", [])):
        day += hourly("ipv4_hour")
    if any(m.get("enabled") for m in template.get("monitoring", [])):
        day += monthly("detailed_monitoring_month")
    return day


def waf(values):
    return monthly("waf_acl_month") + monthly("waf_rule_month", len(values.get("rule", [])))


def million(kind):
    """What a million requests cost by that kind of resource, beyond what is free each month."""
    return {
        "traffic": ANSWER_GB * price("traffic_out_gb"),
        "aws_cloudwatch_log_group": LOG_LINES_GB * price("log_gb"),
        "aws_apigatewayv2_api": price("http_api_million"),
        "aws_wafv2_web_acl": price("waf_million"),
        "aws_lb": ANSWER_GB * price("alb_lcu_hour"),  # a unit is a gigabyte in an hour
    }.get(kind, 0)


def bill(plan):
    """Lines of (address, dollars a day), what one instance costs, and the types that nobody has a price for."""
    found = list(resources(plan["planned_values"]["root_module"]))
    of = lambda kind: [r["values"] for r in found if r["type"] == kind]
    templates = of("aws_launch_template")
    discovered = bool(of("aws_service_discovery_service"))
    each = (instance_of(templates[0]) if templates else 0) + (monthly("discovery_instance_month") if discovered else 0)
    tasks = [task_of(service, task) for service, task in zip(of("aws_ecs_service"), of("aws_ecs_task_definition"))]
    alarms = max(0, len(of("aws_cloudwatch_metric_alarm")) - TABLE["free"]["alarms"])
    dashboards = max(0, len(of("aws_cloudwatch_dashboard")) - TABLE["free"]["dashboards"])
    # One for each filter of a log: none has dimensions, which would make one of each combination.
    figures = max(0, len(of("aws_cloudwatch_log_metric_filter")) - TABLE["free"]["figures"])
    prices = {
        "aws_lb": lambda v: hourly("alb_hour") + (0 if v["internal"] else hourly("ipv4_hour", 2)),
        "aws_autoscaling_group": lambda v: each * v["desired_capacity"],
        "aws_instance": lambda v: hourly(v["instance_type"] + "_hour") + monthly("gp3_gb_month", 8),
        "aws_eip": lambda v: hourly("ipv4_hour"),
        "aws_ebs_volume": lambda v: monthly("gp3_gb_month", v["size"]) + monthly("snapshot_gb_month", v["size"] * 0.1),
        "aws_db_instance": database,
        "aws_secretsmanager_secret": lambda v: monthly("secret_month"),
        "aws_kms_key": lambda v: monthly("kms_key_month"),
        "aws_nat_gateway": lambda v: hourly("nat_gateway_hour"),
        "aws_vpc_endpoint": lambda v: hourly("interface_endpoint_hour", 2) if v["vpc_endpoint_type"] == "Interface" else 0,
        "aws_ecs_service": lambda v: tasks[0] * v["desired_count"],
        "aws_wafv2_web_acl": waf,
        "aws_route53_zone": lambda v: monthly("zone_month"),
        "aws_apigatewayv2_vpc_link": lambda v: hourly("vpc_link_hour"),
        "aws_service_discovery_http_namespace": lambda v: monthly("http_namespace_month"),
        "aws_service_discovery_service": lambda v: 0,
        "aws_cloudwatch_metric_alarm": lambda v: 0,
        "aws_cloudwatch_dashboard": lambda v: 0,
        "aws_cloudwatch_log_metric_filter": lambda v: 0,
        "aws_dynamodb_table": lambda v: 0,
    }
    lines = [(r["address"], prices[r["type"]](r["values"])) for r in found if r["type"] in prices]
    beyond = monthly("alarm_month", alarms) + monthly("dashboard_month", dashboards) + monthly("figure_month", figures)
    lines.append(("alarms, dashboards and figures beyond the free ones", beyond))
    unknown = sorted({r["type"] for r in found} - set(prices) - set(FREE))
    return lines, sum(tasks, each), sum(million(kind) for kind in {r["type"] for r in found} | {"traffic"}), unknown


def main():
    profile = sys.argv[1] if len(sys.argv) > 1 else None
    lines, each, requests, unknown = bill(json.load(sys.stdin))
    total = sum(day for _, day in lines)
    for address, day in sorted(lines, key=lambda line: -line[1]):
        if day:
            print(f"  {day:7.3f}  {address}")
    print(f"  {total:7.2f}  $ a day, idle; {total * 365 / 12:.1f} a month")
    print(f"  {each:7.2f}  $ a day for each further instance or task; {requests:.2f} $ for a million requests")
    if profile:
        print(f"| `{profile}` | {total:.2f} | {total * 365 / 12:.1f} | {TABLE['budgets'][profile]:.2f} | {each:.2f} | {requests:.2f} |")
    if unknown:
        sys.exit(f"cost: no price is known for {', '.join(unknown)}: add it to prices.json and cost.py")
    if profile and total > TABLE["budgets"][profile]:
        sys.exit(f"cost: {profile} may cost {TABLE['budgets'][profile]:.2f} $ a day, but costs {total:.2f}")


if __name__ == "__main__":
    main()
