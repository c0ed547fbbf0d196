# A filter before the load balancer: a limit for each address, and AWS's own lists. 0.26 $/day and 0.60 $ a million
# requests, so only where it is asked for; tasksd limits rates itself (--rate-limit).
locals {
  lists = {
    AWSManagedRulesCommonRuleSet         = { priority = 2, counted = ["SizeRestrictions_BODY"] } # a batch may have 1 MiB
    AWSManagedRulesKnownBadInputsRuleSet = { priority = 3, counted = [] }
  }
}

resource "aws_wafv2_web_acl" "this" {
  name        = var.name
  description = "Before the load balancer of ${var.name}"
  scope       = "REGIONAL"
  tags        = { Name = var.name }

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 1

    action {
      block {
        custom_response {
          response_code = 429
          response_header {
            name  = "Retry-After"
            value = "300"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit              = var.requests_in_five_minutes
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      metric_name                = "${var.name}-rate"
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = false # samples would show tokens
    }
  }

  dynamic "rule" {
    for_each = local.lists
    content {
      name     = rule.key
      priority = rule.value.priority

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = rule.value.counted
            content {
              name = rule_action_override.value
              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        metric_name                = "${var.name}-${rule.key}"
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  web_acl_arn  = aws_wafv2_web_acl.this.arn
  resource_arn = var.load_balancer_arn
}
