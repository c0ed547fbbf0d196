output "instance_id" {
  description = "aws ssm start-session --target ID --document-name AWS-StartPortForwardingSessionToRemoteHost ..."
  value       = aws_instance.this.id
}
