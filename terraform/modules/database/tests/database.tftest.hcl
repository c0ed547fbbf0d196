# Planned against moto: ephemeral values cannot be mocked.
variables {
  name              = "tasks"
  subnet_ids        = ["subnet-1", "subnet-2"]
  security_group_id = "sg-1"
  username          = "tasks_app"
}

run "a_secret" {
  module {
    source = "../secrets"
  }
  variables {
    secret_name = "tasks-test-of-database"
  }
}

run "private_encrypted_recoverable" {
  command = plan
  variables {
    secret_arn         = run.a_secret.secret_arn
    secret_version_arn = run.a_secret.secret_version_arn
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.storage_encrypted && aws_db_instance.this.iam_database_authentication_enabled
    error_message = "public, in the clear, or without IAM"
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7
    error_message = "no point in time to go back to"
  }
  assert {
    condition     = one([for parameter in aws_db_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "takes connections without TLS"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/rds/instance/tasks/postgresql" && aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "RDS would keep its log for ever"
  }
  assert {
    condition     = aws_db_instance.this.password == null && aws_db_instance.this.password_wo_version == 1
    error_message = "the password is in the state"
  }
}

run "what_people_rely_on" {
  command = plan
  variables {
    secret_arn          = run.a_secret.secret_arn
    secret_version_arn  = run.a_secret.secret_version_arn
    multi_az            = true
    deletion_protection = true
    skip_final_snapshot = false
  }

  assert {
    condition     = aws_db_instance.this.multi_az && aws_db_instance.this.deletion_protection && aws_db_instance.this.final_snapshot_identifier == "tasks-final"
    error_message = "one fault, or one command, and it is gone"
  }
}

run "an_older_postgresql_is_refused" {
  command = plan
  variables {
    secret_arn         = run.a_secret.secret_arn
    secret_version_arn = run.a_secret.secret_version_arn
    engine_version     = "14.12"
  }
  expect_failures = [var.engine_version]
}
