# Against moto, which tests/infra/run starts: ephemeral values cannot be mocked.
variables {
  artifact     = "example/tasksd@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  domain       = "tasks.example.org"
  zone_id      = "Z1"
  alarm_emails = ["ops@example.org"]
}

run "people_come_by_tls" {
  command = plan

  assert {
    condition     = output.url == "https://tasks.example.org"
    error_message = "the address is ${output.url}"
  }
  assert {
    condition     = length(module.bastion) == 0
    error_message = "a bastion that nobody asked for"
  }
}

run "users_of_our_own" {
  command = plan
  variables {
    cognito = { domain_prefix = "tasks-example" }
  }

  assert {
    condition     = length(module.auth) == 1
    error_message = "nobody signs tokens"
  }
}

run "a_bastion_when_asked_for" {
  command = plan
  variables {
    bastion = true
  }

  assert {
    condition     = length(module.bastion) == 1
    error_message = "there is no bastion"
  }
}

run "nobody_gets_in_unasked" {
  command = plan
  variables {
    auth = "none"
  }
  expect_failures = [var.auth]
}

run "somebody_hears_the_alarms" {
  command = plan
  variables {
    alarm_emails = []
  }
  expect_failures = [var.alarm_emails]
}
