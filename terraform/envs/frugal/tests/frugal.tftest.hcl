# Against moto, which tests/infra/run starts: ephemeral values cannot be mocked.
variables {
  artifact = "example/tasksd@sha256:0000000000000000000000000000000000000000000000000000000000000000"
}

run "it_plans" {
  command = plan

  assert {
    condition     = module.compute.group_name == "tasks-frugal"
    error_message = "the group is called otherwise"
  }
}

run "a_tag_is_refused" {
  command = plan
  variables {
    artifact = "example/tasksd:latest"
  }
  expect_failures = [var.artifact]
}

run "at_night_nothing_runs" {
  command = plan
  variables {
    night = { sleep = 20, wake = 6, time_zone = "Europe/Berlin" }
  }

  assert {
    condition     = length(module.night) == 1
    error_message = "the database is not stopped"
  }
}
