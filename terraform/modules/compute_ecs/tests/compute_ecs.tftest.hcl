mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/tasks" }
  }
  mock_resource "aws_service_discovery_http_namespace" {
    defaults = { arn = "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-1" }
  }
}

variables {
  name                 = "tasks"
  artifact             = "example/tasksd@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  database_authorities = "-----BEGIN CERTIFICATE-----"
  subnet_ids           = ["subnet-1", "subnet-2"]
  security_group_id    = "sg-1"
  target_group_arn     = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tasks/1"
  settings             = { TASKSD_AUTH = "token" }
  log_group            = "/tasks/app"
  log_group_arn        = "arn:aws:logs:us-east-1:123456789012:log-group:/tasks/app"
}

run "a_small_task_on_arm" {
  assert {
    condition     = one(aws_ecs_task_definition.app.runtime_platform).cpu_architecture == "ARM64" && aws_ecs_task_definition.app.cpu == "256"
    error_message = "not the task that cost/ prices"
  }
  assert {
    condition     = alltrue([for container in jsondecode(aws_ecs_task_definition.app.container_definitions) : container.readonlyRootFilesystem])
    error_message = "a container can write to its root"
  }
}

run "the_authorities_come_before_the_server" {
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.app.container_definitions) : container.name] == ["authorities", "tasksd"]
    error_message = "the containers are others"
  }
  assert {
    condition     = one([for container in jsondecode(aws_ecs_task_definition.app.container_definitions) : container.dependsOn[0].condition if container.name == "tasksd"]) == "SUCCESS"
    error_message = "tasksd could start without the authorities"
  }
}

run "a_bad_deploy_goes_back" {
  assert {
    condition     = one(aws_ecs_service.app.deployment_circuit_breaker).rollback && aws_ecs_service.app.deployment_minimum_healthy_percent == 100
    error_message = "a deploy that fails would stay, or take capacity away"
  }
}

run "traces_go_to_the_collector" {
  variables {
    collector_image = "public.ecr.aws/aws-observability/aws-otel-collector@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  }

  assert {
    condition     = length(jsondecode(aws_ecs_task_definition.app.container_definitions)) == 3
    error_message = "there is no collector"
  }
  assert {
    condition     = contains([for setting in jsondecode(aws_ecs_task_definition.app.container_definitions)[1].environment : setting.name], "TASKSD_OTLP_ENDPOINT")
    error_message = "tasksd is not told of it"
  }
}

run "it_grows_by_requests_too" {
  variables {
    requests_per_target = { per_minute = 60000, resource_label = "app/tasks/1/targetgroup/tasks/1" }
  }

  assert {
    condition     = toset(keys(aws_appautoscaling_policy.app)) == toset(["cpu", "requests"])
    error_message = "it grows by ${join(", ", keys(aws_appautoscaling_policy.app))}"
  }
}

run "a_tag_is_refused" {
  command = plan
  variables {
    artifact = "example/tasksd:latest"
  }
  expect_failures = [var.artifact]
}

run "a_collector_by_tag_is_refused" {
  command = plan
  variables {
    collector_image = "public.ecr.aws/aws-observability/aws-otel-collector:latest"
  }
  expect_failures = [var.collector_image]
}
