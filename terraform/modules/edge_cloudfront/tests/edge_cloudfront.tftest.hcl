mock_provider "aws" {
  mock_resource "aws_cloudfront_distribution" {
    defaults = { domain_name = "d1.cloudfront.net" }
  }
}

variables {
  name                   = "tasks"
  load_balancer_arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/tasks/1"
  load_balancer_dns_name = "internal-tasks-1.us-east-1.elb.amazonaws.com"
}

run "all_methods_of_the_interface_come_through" {
  assert {
    condition     = contains(one(aws_cloudfront_distribution.this.default_cache_behavior).allowed_methods, "PATCH")
    error_message = "PATCH would be refused"
  }
  assert {
    condition     = one(aws_cloudfront_distribution.this.default_cache_behavior).viewer_protocol_policy == "redirect-to-https"
    error_message = "visitors could come in the clear"
  }
  assert {
    condition     = output.url == "https://d1.cloudfront.net"
    error_message = "the address is ${output.url}"
  }
}

run "a_name_of_ones_own" {
  variables {
    domain          = "tasks.example.org"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
  }

  assert {
    condition     = one(aws_cloudfront_distribution.this.viewer_certificate).minimum_protocol_version == "TLSv1.2_2021"
    error_message = "older TLS is taken"
  }
  assert {
    condition     = output.url == "https://tasks.example.org"
    error_message = "the address is ${output.url}"
  }
}

run "a_certificate_of_another_region_is_refused" {
  command = plan
  variables {
    certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  }
  expect_failures = [var.certificate_arn]
}
