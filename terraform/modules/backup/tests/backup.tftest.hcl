mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/tasks-backup" }
  }
}

variables {
  name      = "tasks"
  arns      = ["arn:aws:rds:us-east-1:123456789012:db:tasks"]
  keep_days = 7
}

run "each_night_for_a_week" {
  assert {
    condition     = one(one(aws_backup_plan.this.rule).lifecycle).delete_after == 7 && length(one(aws_backup_plan.this.rule).copy_action) == 0
    error_message = "kept otherwise, or copied unasked"
  }
  assert {
    condition     = aws_backup_selection.this.resources == toset(var.arns)
    error_message = "something else is kept"
  }
}

run "in_a_second_region_too" {
  variables {
    copy_to = "arn:aws:backup:us-west-2:123456789012:backup-vault:tasks"
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).copy_action).destination_vault_arn == var.copy_to
    error_message = "a lost region takes the backups with it"
  }
}
