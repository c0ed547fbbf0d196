# Applied to moto: ephemeral values cannot be mocked. That the password is the database's too, and nowhere else, is
# asked by tests/infra/run.
variables {
  secret_name = "tasks-test-db"
}

run "there_is_a_login" {
  assert {
    condition     = aws_secretsmanager_secret_version.database.secret_string == null || aws_secretsmanager_secret_version.database.secret_string == ""
    error_message = "the password is in the state"
  }
  assert {
    condition     = length(jsondecode(output.read_policy).Statement) == 1 && jsondecode(output.read_policy).Statement[0].Resource == output.secret_arn
    error_message = "the policy reads more than one secret"
  }
}

run "counted_up_it_is_another" {
  variables {
    password_version = 2
  }

  assert {
    condition     = aws_secretsmanager_secret_version.database.version_id != run.there_is_a_login.version_id
    error_message = "the password is the same"
  }
}

run "a_reserved_name_is_refused" {
  command = plan
  variables {
    username = "admin"
  }
  expect_failures = [var.username]
}

run "a_window_that_aws_would_refuse" {
  command = plan
  variables {
    recovery_window_days = 3
  }
  expect_failures = [var.recovery_window_days]
}
