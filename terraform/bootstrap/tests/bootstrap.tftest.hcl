# Planned only: what keeps the state refuses to be destroyed.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  repository = "example/tasks"
}

run "the_state_is_kept" {
  command = plan

  assert {
    condition     = aws_s3_bucket.state.bucket == "tasks-state-123456789012"
    error_message = "the bucket is called ${aws_s3_bucket.state.bucket}"
  }
  assert {
    condition     = one(aws_s3_bucket_versioning.state.versioning_configuration).status == "Enabled"
    error_message = "a state that was overwritten is lost"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.restrict_public_buckets
    error_message = "the state could be made public"
  }
  assert {
    condition = toset([for statement in data.aws_iam_policy_document.state.statement : one(statement.condition).variable]) == toset([
      "aws:SecureTransport", "s3:TlsVersion",
    ])
    error_message = "the state can be read in the clear"
  }
}

run "no_table_unless_asked_for" {
  command = plan

  assert {
    condition     = length(aws_dynamodb_table.lock) == 0
    error_message = "S3 locks by itself"
  }
}

run "a_table_when_asked_for" {
  command = plan
  variables {
    lock_table = true
  }

  assert {
    condition     = aws_dynamodb_table.lock[0].hash_key == "LockID"
    error_message = "Terraform looks for LockID"
  }
}

run "github_deploys_from_main_and_two_environments" {
  command = plan

  assert {
    condition = toset(flatten([for condition in data.aws_iam_policy_document.trust[0].statement[0].condition : condition.values
      if condition.variable == "token.actions.githubusercontent.com:sub"])) == toset([
      "repo:example/tasks:ref:refs/heads/main",
      "repo:example/tasks:environment:staging",
      "repo:example/tasks:environment:production",
    ])
    error_message = "others may deploy too"
  }
  assert {
    condition     = alltrue([for condition in data.aws_iam_policy_document.trust[0].statement[0].condition : condition.test == "StringEquals"])
    error_message = "a pattern lets in more than was meant"
  }
}

run "nobody_deploys_unless_asked_for" {
  command = plan
  variables {
    repository = null
  }

  assert {
    condition     = length(aws_iam_role.deploy) == 0 && length(aws_iam_openid_connect_provider.github) == 0
    error_message = "GitHub may deploy though no repository is named"
  }
}

run "a_pattern_is_no_repository" {
  command = plan
  variables {
    repository = "example/*"
  }
  expect_failures = [var.repository]
}
