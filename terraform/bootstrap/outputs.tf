output "backend" {
  description = "backend.hcl of every root, but for its key"
  value       = <<-EOT
    bucket = "${aws_s3_bucket.state.bucket}"
    region = "${var.region}"
  EOT
}

output "role_arn" {
  description = "AWS_ROLE_ARN of the workflows"
  value       = one(aws_iam_role.deploy[*].arn)
}

output "lock_table" {
  value = one(aws_dynamodb_table.lock[*].name)
}
