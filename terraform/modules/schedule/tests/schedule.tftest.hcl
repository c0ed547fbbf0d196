mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/tasks-schedule" }
  }
}

variables {
  name                = "tasks"
  database_identifier = "tasks"
  database_arn        = "arn:aws:rds:us-east-1:123456789012:db:tasks"
  sleep               = "10 20 * * ? *"
  wake                = "0 8 * * ? *"
}

run "every_day" {
  assert {
    condition     = aws_scheduler_schedule.this["stop"].schedule_expression == "cron(10 20 * * ? *)" && aws_scheduler_schedule.this["start"].schedule_expression == "cron(0 8 * * ? *)"
    error_message = "AWS would start it after seven days, and nobody stop it"
  }
  assert {
    condition     = one(aws_scheduler_schedule.this["stop"].target).arn == "arn:aws:scheduler:::aws-sdk:rds:stopDBInstance" && jsondecode(one(aws_scheduler_schedule.this["stop"].target).input).DbInstanceIdentifier == "tasks"
    error_message = "it stops something else"
  }
}

run "of_one_database" {
  assert {
    condition     = one(data.aws_iam_policy_document.database.statement).resources == toset([var.database_arn])
    error_message = "it may stop others too"
  }
}
