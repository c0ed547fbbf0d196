mock_provider "aws" {}

variables {
  name            = "tasks"
  project         = "tasks"
  dollars_a_month = 50
  emails          = ["ops@example.org"]
}

run "somebody_is_told_in_time" {
  assert {
    condition     = { for n in aws_budgets_budget.this.notification : n.notification_type => n.threshold } == { ACTUAL = 80, FORECASTED = 100 }
    error_message = "told late, or not"
  }
  assert {
    condition     = one(one(aws_budgets_budget.this.cost_filter).values) == "user:Project$tasks" && aws_budgets_budget.this.limit_amount == "50"
    error_message = "it counts something else"
  }
}

run "nobody_to_tell" {
  variables {
    emails = []
  }

  assert {
    condition     = length(aws_budgets_budget.this.notification) == 0
    error_message = "AWS refuses a notification without an address"
  }
}
