# Against moto, which tests/infra/run starts: ephemeral values cannot be mocked.
variables {
  artifact             = "example/tasksd@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  database_authorities = "-----BEGIN CERTIFICATE-----"
}

run "deploys_find_the_service" {
  command = plan

  assert {
    condition     = output.deploy == { cluster = "tasks-fargate", service = "tasksd" }
    error_message = "pipeline/deploy.sh would look elsewhere"
  }
}

run "a_tag_is_refused" {
  command = plan
  variables {
    artifact = "example/tasksd:latest"
  }
  expect_failures = [var.artifact]
}

run "authorities_are_certificates" {
  command = plan
  variables {
    database_authorities = "us-east-1-bundle.pem"
  }
  expect_failures = [var.database_authorities]
}
