mock_provider "aws" {
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:123456789012:certificate/1"
      domain_validation_options = [{
        domain_name           = "tasks.example.org"
        resource_record_name  = "_1.tasks.example.org"
        resource_record_type  = "CNAME"
        resource_record_value = "_2.acm-validations.aws"
      }]
    }
  }
}

variables {
  domain  = "tasks.example.org"
  zone_id = "Z1"
  edge    = { dns_name = "edge.example.com", zone_id = "Z2" }
}

run "the_name_leads_to_the_edge" {
  assert {
    condition     = one(aws_route53_record.edge.alias).name == "edge.example.com"
    error_message = "the name leads elsewhere"
  }
  assert {
    condition     = output.url == "https://tasks.example.org"
    error_message = "the address is ${output.url}"
  }
}

run "only_aws_may_sign" {
  assert {
    condition     = aws_route53_record.caa.records == toset(["0 issue \"amazon.com\""])
    error_message = "somebody else may sign for the name"
  }
}

run "an_address_is_no_name" {
  command = plan
  variables {
    domain = "https://tasks.example.org"
  }
  expect_failures = [var.domain]
}
