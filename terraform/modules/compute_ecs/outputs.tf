output "cluster_name" {
  description = "DEPLOY_CLUSTER of pipeline/deploy.sh"
  value       = aws_ecs_cluster.this.name
}

output "service_name" {
  description = "DEPLOY_SERVICE of pipeline/deploy.sh"
  value       = aws_ecs_service.app.name
}

output "role_name" {
  value = aws_iam_role.app.name
}

output "role_arns" {
  description = "What a deploy hands on to the tasks"
  value       = [aws_iam_role.app.arn, aws_iam_role.start.arn]
}
