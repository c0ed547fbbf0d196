output "secret_name" {
  value = aws_secretsmanager_secret.database.name
}

output "secret_arn" {
  value = aws_secretsmanager_secret.database.arn
}

output "secret_version_arn" {
  description = "Known once the password is there: the database waits for it"
  value       = aws_secretsmanager_secret_version.database.arn
}

output "read_policy" {
  description = "Reads exactly this secret"
  value       = data.aws_iam_policy_document.read.json
}

output "username" {
  value = var.username
}

output "password_version" {
  value = var.password_version
}

output "version_id" {
  description = "Another one after each change of the password"
  value       = aws_secretsmanager_secret_version.database.version_id
}
