mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:tasks-alarms" }
  }
}

variables {
  name     = "tasks"
  region   = "us-east-1"
  group    = { name = "tasks", scale_out_arn = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1", scale_in_arn = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:2" }
  database = { identifier = "tasks" }
  edge     = { arn_suffix = "app/tasks/1" }
}

run "the_four_alarms_of_the_seed_and_errors" {
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["cpu-high", "cpu-low", "rds-cpu-high", "rds-storage-low", "errors"])
    error_message = "the alarms are ${join(", ", keys(aws_cloudwatch_metric_alarm.this))}"
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.this["cpu-high"].alarm_actions) == var.group.scale_out_arn && one(aws_cloudwatch_metric_alarm.this["cpu-low"].alarm_actions) == var.group.scale_in_arn
    error_message = "they scale nothing"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["cpu-high"].dimensions["AutoScalingGroupName"] == "tasks" && aws_cloudwatch_metric_alarm.this["cpu-high"].period == 300
    error_message = "of another group, or finer than the figure"
  }
  assert {
    condition     = one(aws_cloudwatch_metric_alarm.this["rds-storage-low"].alarm_actions) == aws_sns_topic.alarms.arn
    error_message = "nobody is told"
  }
  assert {
    condition     = aws_cloudwatch_log_group.app.retention_in_days == 7
    error_message = "logs are kept otherwise"
  }
}

run "the_widgets_of_the_seed_and_what_users_feel" {
  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.title] == [
      "Instances: CPU", "Instances in service", "Database: CPU", "Database: free storage", "Latency", "Errors",
      "Pool: calls that had to wait", "Pool: connections in use",
    ]
    error_message = "the dashboard shows something else"
  }
  # A figure that nobody makes is an empty widget.
  assert {
    condition = alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets :
    contains(keys(aws_cloudwatch_log_metric_filter.this), widget.properties.metrics[0][1]) if widget.properties.metrics[0][0] == "tasks"])
    error_message = "a widget shows a figure that no filter makes"
  }
}

run "without_an_edge_the_log_says_it" {
  variables {
    edge     = null
    database = null
    group    = { name = "tasks", scales = false }
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_metric_filter.this)) == toset(["PoolWaits", "PoolInUse", "Milliseconds", "Faults"])
    error_message = "nobody counts ${join(", ", keys(aws_cloudwatch_log_metric_filter.this))}"
  }
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["cpu-high", "errors"])
    error_message = "somebody is told that one instance is idle"
  }
}

run "an_http_api_counts_by_itself" {
  variables {
    edge = null
    api  = { id = "a1" }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["errors"].namespace == "AWS/ApiGateway" && length(aws_cloudwatch_log_metric_filter.this) == 2
    error_message = "its figures are paid for once more"
  }
}

run "a_minute_where_figures_are_of_a_minute" {
  variables {
    detailed_monitoring = true
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["cpu-high"].period == 60
    error_message = "the alarm comes late"
  }
}
