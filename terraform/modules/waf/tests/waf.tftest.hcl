mock_provider "aws" {
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/tasks/1" }
  }
}

variables {
  name              = "tasks"
  load_balancer_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/tasks/1"
}

run "three_rules" {
  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.priority]) == toset([1, 2, 3])
    error_message = "the price in cost/ is of three rules"
  }
  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == var.load_balancer_arn
    error_message = "it stands before something else"
  }
}

run "a_batch_of_a_mebibyte_comes_through" {
  assert {
    condition = anytrue(flatten([for rule in aws_wafv2_web_acl.this.rule : [
      for statement in rule.statement : [for group in statement.managed_rule_group_statement : [
        for override in group.rule_action_override : override.name == "SizeRestrictions_BODY"
    ]]]]))
    error_message = "AWS's list refuses bodies above 8 KiB"
  }
}

run "no_limit_that_aws_would_refuse" {
  command = plan
  variables {
    requests_in_five_minutes = 10
  }
  expect_failures = [var.requests_in_five_minutes]
}
