# Alarms, the dashboard, where logs go, and whom to tell. An alarm's period is never finer than its figure: instances
# without detailed monitoring have one each five minutes.
locals {
  cpu_period = var.detailed_monitoring ? 60 : 300
  group      = { AutoScalingGroupName = try(var.group.name, "") }
  service    = { ClusterName = try(var.service.cluster, ""), ServiceName = try(var.service.name, "") }
  database   = { DBInstanceIdentifier = try(var.database.identifier, "") }
  balancer   = { LoadBalancer = try(var.edge.arn_suffix, "") }
  api        = { ApiId = try(var.api.id, "") }

  # What nobody else counts is read out of the log. A figure of one's own costs 0.30 $/month, but for the first ten of
  # an account, and these have no dimensions: tasksd's --cloudwatch would make some fifty, one for each route.
  pool = {
    PoolWaits = { pattern = "{ $.pool_waits = * }", value = "$.pool_waits" }
    PoolInUse = { pattern = "{ $.pool_waits = * }", value = "$.pool_in_use" }
  }
  requests = var.edge != null || var.api != null ? {} : {
    Milliseconds = { pattern = "{ $.ms = * }", value = "$.ms" }
    Faults       = { pattern = "{ $.status >= 500 }", value = "1" }
  }
  figures = merge(local.pool, local.requests)
}

resource "aws_cloudwatch_log_group" "app" {
  name              = "/${var.name}/app"
  retention_in_days = var.log_days
  tags              = { Name = "${var.name}-app" }
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = local.figures
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.app.name
  pattern        = each.value.pattern

  metric_transformation {
    namespace = var.name
    name      = each.key
    value     = each.value.value
  }
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

# ---- Alarms ----

locals {
  # A group that cannot shrink is not told that it is idle.
  group_alarms = var.group == null ? {} : merge(
    {
      cpu-high = {
        description = "Instances work hard", namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = local.group
        operator    = "GreaterThanThreshold", threshold = 70, period = local.cpu_period, periods = 2
        actions     = compact([var.group.scale_out_arn])
      }
    },
    var.group.scales ? {
      cpu-low = {
        description = "Instances are idle", namespace = "AWS/EC2", metric = "CPUUtilization", dimensions = local.group
        operator    = "LessThanThreshold", threshold = 30, period = local.cpu_period, periods = 2
        actions     = compact([var.group.scale_in_arn])
      }
    } : {},
  )
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
  faults = { description = "tasksd answers with errors", operator = "GreaterThanThreshold", threshold = 5, period = 60, periods = 3, actions = [] }
  error_alarms = {
    errors = merge(local.faults, (
      var.edge != null ? { namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", dimensions = local.balancer } :
      var.api != null ? { namespace = "AWS/ApiGateway", metric = "5xx", dimensions = local.api } :
      { namespace = var.name, metric = "Faults", dimensions = {} }
    ))
  }
  alarms = merge(local.group_alarms, local.database_alarms, local.error_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.key == "errors" ? "Sum" : "Average"
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = coalescelist(each.value.actions, [aws_sns_topic.alarms.arn]) # scaling is no reason to wake somebody
  tags                = { Name = "${var.name}-${each.key}" }
}

# ---- The dashboard: what the first seed had, then what users feel ----

locals {
  widgets = concat(
    var.group == null ? [] : [
      { title = "Instances: CPU", stat = "Average", metric = ["AWS/EC2", "CPUUtilization"], dimensions = local.group },
      { title = "Instances in service", stat = "Average", metric = ["AWS/AutoScaling", "GroupInServiceInstances"], dimensions = local.group },
    ],
    var.service == null ? [] : [
      { title = "Tasks of Fargate: CPU", stat = "Average", metric = ["AWS/ECS", "CPUUtilization"], dimensions = local.service },
    ],
    var.database == null ? [] : [
      { title = "Database: CPU", stat = "Average", metric = ["AWS/RDS", "CPUUtilization"], dimensions = local.database },
      { title = "Database: free storage", stat = "Average", metric = ["AWS/RDS", "FreeStorageSpace"], dimensions = local.database },
    ],
    var.edge == null ? [] : [
      { title = "Latency", stat = "p99", metric = ["AWS/ApplicationELB", "TargetResponseTime"], dimensions = local.balancer },
      { title = "Errors", stat = "Sum", metric = ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"], dimensions = local.balancer },
    ],
    var.api == null ? [] : [
      { title = "Latency", stat = "p99", metric = ["AWS/ApiGateway", "Latency"], dimensions = local.api },
      { title = "Errors", stat = "Sum", metric = ["AWS/ApiGateway", "5xx"], dimensions = local.api },
    ],
    length(local.requests) == 0 ? [] : [
      { title = "Latency", stat = "p99", metric = [var.name, "Milliseconds"], dimensions = {} },
      { title = "Errors", stat = "Sum", metric = [var.name, "Faults"], dimensions = {} },
    ],
    [
      { title = "Pool: calls that had to wait", stat = "Sum", metric = [var.name, "PoolWaits"], dimensions = {} },
      { title = "Pool: connections in use", stat = "Maximum", metric = [var.name, "PoolInUse"], dimensions = {} },
    ],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, widget in local.widgets : {
      type = "metric", x = i % 2 * 12, y = floor(i / 2) * 6, width = 12, height = 6
      properties = {
        title   = widget.title, region = var.region, period = 300, stat = widget.stat
        metrics = [concat(widget.metric, flatten([for name, value in widget.dimensions : [name, value]]))]
      }
    }]
  })
}
