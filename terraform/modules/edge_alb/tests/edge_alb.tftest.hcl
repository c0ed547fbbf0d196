mock_provider "aws" {
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/tasks/1", dns_name = "tasks.elb.example.org" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tasks/1" }
  }
}

variables {
  name              = "tasks"
  vpc_id            = "vpc-1"
  subnet_ids        = ["subnet-1", "subnet-2"]
  security_group_id = "sg-1"
}

run "strict_and_asks_for_life" {
  assert {
    condition     = aws_lb.this.desync_mitigation_mode == "strictest" && aws_lb.this.drop_invalid_header_fields
    error_message = "doubtful requests come through"
  }
  assert {
    condition     = one(aws_lb_target_group.app.health_check).path == "/livez"
    error_message = "health asks the database"
  }
  assert {
    condition     = aws_lb.this.idle_timeout < 75
    error_message = "tasksd closes connections, after 75 s, before the load balancer does"
  }
  assert {
    condition     = length(aws_lb_listener.https) == 0 && output.url == "http://tasks.elb.example.org"
    error_message = "TLS without a certificate"
  }
}

run "with_a_certificate_only_tls" {
  variables {
    certificate = { arn = "arn:aws:acm:us-east-1:123456789012:certificate/1" }
  }

  assert {
    condition     = one(aws_lb_listener.http.default_action).type == "redirect"
    error_message = "port 80 serves"
  }
  assert {
    condition     = aws_lb_listener.https[0].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "older TLS is taken"
  }
  assert {
    condition     = output.url == "https://tasks.elb.example.org"
    error_message = "the address is ${output.url}"
  }
}

run "access_logs_when_asked_for" {
  variables {
    access_logs_bucket = "logs"
  }

  assert {
    condition     = one(aws_lb.this.access_logs).bucket == "logs"
    error_message = "nobody writes down who came"
  }
}
