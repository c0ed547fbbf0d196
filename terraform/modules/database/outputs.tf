output "endpoint" {
  value = aws_db_instance.this.endpoint
}

output "address" {
  value = aws_db_instance.this.address
}

output "identifier" {
  value = aws_db_instance.this.identifier
}

output "arn" {
  value = aws_db_instance.this.arn
}

output "uri" {
  description = "For --db: no password in it, and the server has to prove who it is"
  value       = "postgresql://${aws_db_instance.this.address}:5432/tasks?sslmode=verify-full&sslrootcert=/etc/tasksd/rds-ca.pem"
}
