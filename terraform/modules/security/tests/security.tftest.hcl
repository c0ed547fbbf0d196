mock_provider "aws" {}

variables {
  name   = "tasks"
  vpc_id = "vpc-1"
}

run "a_chain" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["app"].referenced_security_group_id == aws_security_group.this["edge"].id
    error_message = "others than the edge reach tasksd"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.this["database"].referenced_security_group_id == aws_security_group.this["app"].id
    error_message = "others than tasksd reach the database"
  }
  assert {
    condition     = toset(keys(aws_vpc_security_group_ingress_rule.this)) == toset(["edge_80", "edge_443", "app", "database"])
    error_message = "somebody else is let in"
  }
}

run "nobody_by_ssh_and_each_rule_says_why" {
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.this : rule.from_port == rule.to_port && rule.from_port != 22])
    error_message = "a range, or port 22"
  }
  assert {
    condition = alltrue([for rule in merge({ for k, r in aws_vpc_security_group_ingress_rule.this : "in_${k}" => r.description },
    { for k, r in aws_vpc_security_group_egress_rule.this : "out_${k}" => r.description }) : length(rule) > 0])
    error_message = "a rule without a reason"
  }
}

run "the_world_to_the_instance_only_when_asked_for" {
  variables {
    edge_ports = []
    app_public = true
  }

  assert {
    condition = toset([for key, rule in aws_vpc_security_group_ingress_rule.this : key if rule.cidr_ipv4 == "0.0.0.0/0"]) == toset([
      "app_public_80", "app_public_443",
    ])
    error_message = "the world comes otherwise"
  }
}
