output "repository_url" {
  description = "REPOSITORY of pipeline/push"
  value       = aws_ecr_repository.this.repository_url
}

output "arn" {
  value = aws_ecr_repository.this.arn
}
