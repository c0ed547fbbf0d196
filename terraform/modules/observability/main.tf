# Alarms, the dashboard, where logs go, and whom to tell. An alarm's period is never finer than its figure: instances
# without detailed monitoring have one each five minutes.
locals {
  cpu_period = var.detailed_monitoring ? 60 : 300
  group      = { AutoScalingGroupName = try(var.group.name, "") }
  database   = { DBInstanceIdentifier = try(var.database.identifier, "") }

  group_alarms = var.group == null ? {} : {
    cpu-high = {
      description = "Instances work hard", namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = local.group
      operator    = "GreaterThanThreshold", threshold = 70, period = local.cpu_period, periods = 2
      actions     = compact([var.group.scale_out_arn])
    }
    cpu-low = {
      description = "Instances are idle", namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = local.group
      operator    = "LessThanThreshold", threshold = 30, period = local.cpu_period, periods = 2
      actions     = compact([var.group.scale_in_arn])
    }
  }
  database_alarms = var.database == null ? {} : {
    rds-cpu-high = {
      description = "The database works hard", namespace = "AWS/RDS", metric = "CPUUtilization", dimensions = local.database
      operator    = "GreaterThanThreshold", threshold = 70, period = 300, periods = 2, actions = []
    }
    rds-storage-low = {
      description = "The database has less than 1 GB left", namespace = "AWS/RDS", metric = "FreeStorageSpace"
      dimensions  = local.database, operator = "LessThanThreshold", threshold = 1073741824, period = 300, periods = 2
      actions     = []
    }
  }
  edge_alarms = var.edge == null ? {} : {
    errors = {
      description = "tasksd answers with errors", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count"
      dimensions  = { LoadBalancer = var.edge.arn_suffix }, operator = "GreaterThanThreshold", threshold = 5, period = 60
      periods     = 3, actions = []
    }
  }
  alarms = merge(local.group_alarms, local.database_alarms, local.edge_alarms)
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/${var.name}/app"
  retention_in_days = var.log_days
  tags              = { Name = "${var.name}-app" }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = "alias/aws/sns"
  tags              = { Name = "${var.name}-alarms" }
}

resource "aws_sns_topic_subscription" "mail" {
  for_each  = toset(var.alarm_emails)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.metric == "HTTPCode_Target_5XX_Count" ? "Sum" : "Average"
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = coalescelist(each.value.actions, [aws_sns_topic.alarms.arn]) # scaling is no reason to wake somebody
  tags                = { Name = "${var.name}-${each.key}" }
}

locals {
  widgets = concat(
    var.group == null ? [] : [
      { title = "Instances: CPU", metrics = [["AWS/EC2", "CPUUtilization", "AutoScalingGroupName", var.group.name]] },
      { title = "Instances in service", metrics = [["AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName", var.group.name]] },
    ],
    var.database == null ? [] : [
      { title = "Database: CPU", metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database.identifier]] },
      { title = "Database: free storage", metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.database.identifier]] },
    ],
    var.edge == null ? [] : [
      { title = "Latency", metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.edge.arn_suffix]] },
      { title = "Errors", metrics = [["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.edge.arn_suffix]] },
    ],
    [{ title = "Pool of the store", metrics = [["tasks", "PoolWaiting"], ["tasks", "PoolInUse"]] }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, widget in local.widgets : {
      type = "metric", x = i % 2 * 12, y = floor(i / 2) * 6, width = 12, height = 6
      properties = {
        title = widget.title, region = var.region, period = 300, metrics = widget.metrics
        stat  = widget.title == "Latency" ? "p99" : widget.title == "Errors" ? "Sum" : "Average"
      }
    }]
  })
}
