output "log_group" {
  value = aws_cloudwatch_log_group.app.name
}

output "topic_arn" {
  value = aws_sns_topic.alarms.arn
}

output "dashboard_url" {
  value = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards:name=${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "log_group_arn" {
  value = aws_cloudwatch_log_group.app.arn
}
