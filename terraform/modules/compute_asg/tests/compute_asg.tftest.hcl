mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-1" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/tasks-app" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0" }
  }
}

variables {
  name              = "tasks"
  region            = "us-east-1"
  tags              = { Project = "tasks", Environment = "test", ManagedBy = "terraform" }
  artifact          = "example/tasksd@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  subnet_ids        = ["subnet-1"]
  security_group_id = "sg-1"
  settings          = { TASKSD_AUTH = "token" }
  log_group         = { name = "/tasks/app", arn = "arn:aws:logs:us-east-1:123456789012:log-group:/tasks/app" }
}

run "one_small_instance_that_drains" {
  assert {
    condition     = one(aws_launch_template.app.metadata_options).http_tokens == "required" && one(aws_launch_template.app.metadata_options).http_put_response_hop_limit == 1
    error_message = "metadata of version 1, or for more than the instance"
  }
  assert {
    condition     = aws_launch_template.app.instance_type == "t4g.nano" && one(aws_launch_template.app.credit_specification).cpu_credits == "standard"
    error_message = "not the instance that cost/ prices, or one that may cost more than its hour"
  }
  assert {
    condition     = aws_autoscaling_group.app.min_size == 1 && aws_autoscaling_group.app.desired_capacity == 1 && aws_autoscaling_group.app.max_size == 3
    error_message = "another size than the seed's"
  }
  assert {
    condition     = aws_autoscaling_lifecycle_hook.drain.lifecycle_transition == "autoscaling:EC2_INSTANCE_TERMINATING" && aws_autoscaling_lifecycle_hook.drain.heartbeat_timeout > 60
    error_message = "nothing holds the machine while tasksd answers what it has begun"
  }
  assert {
    condition     = one(one(aws_autoscaling_group.app.instance_refresh).preferences).min_healthy_percentage == 100
    error_message = "a deploy takes capacity away"
  }
  assert {
    condition     = aws_autoscaling_policy.out[0].cooldown == 300 && aws_autoscaling_policy.in[0].scaling_adjustment == -1
    error_message = "the steps of the seed are others"
  }
}

run "its_log_goes_to_one_group" {
  assert {
    condition     = strcontains(output.user_data, "TASKS_LOG_GROUP=/tasks/app") && strcontains(output.user_data, "tasks-logs.service")
    error_message = "nothing ships the log"
  }
  assert {
    condition     = one(data.aws_iam_policy_document.logs.statement).resources == toset(["${var.log_group.arn}:*"])
    error_message = "it may write elsewhere"
  }
}

run "health_is_the_load_balancer_s" {
  variables {
    target_group_arns   = ["arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tasks/1"]
    requests_per_target = { per_minute = 60000, resource_label = "app/tasks/1/targetgroup/tasks/1" }
  }

  assert {
    condition     = aws_autoscaling_group.app.health_check_type == "ELB" && length(aws_autoscaling_policy.requests) == 1
    error_message = "an instance that does not serve would stay"
  }
}

run "out_by_ipv6_alone" {
  variables {
    dual_stack           = true
    discovery_service_id = "srv-1"
  }

  assert {
    condition = alltrue([for line in [
      "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=https://logs.us-east-1.api.aws", "AWS_ENDPOINT_URL_SECRETS_MANAGER=https://secretsmanager.us-east-1.api.aws",
      "AWS_USE_DUALSTACK_ENDPOINT=true", "TASKS_DISCOVERY=srv-1",
    ] : strcontains(output.user_data, line)])
    error_message = "something asks AWS where there is no IPv6"
  }
}

run "nothing_at_night" {
  variables {
    night = { sleep = "0 20 * * *", wake = "10 8 * * *", time_zone = "Europe/Berlin" }
  }

  assert {
    condition     = aws_autoscaling_schedule.night["sleep"].max_size == 0 && aws_autoscaling_schedule.night["wake"].min_size == 1
    error_message = "somebody is up at night, or nobody in the morning"
  }
}

run "a_tag_is_refused" {
  command = plan
  variables {
    artifact = "example/tasksd:latest"
  }
  expect_failures = [var.artifact]
}

run "an_agent_of_today_is_refused" {
  command = plan
  variables {
    session_agent = "https://s3.amazonaws.com/ec2-downloads-windows/SSMAgent/latest/debian_arm64/amazon-ssm-agent.deb"
  }
  expect_failures = [var.session_agent]
}
