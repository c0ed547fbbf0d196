output "group_name" {
  value = aws_autoscaling_group.app.name
}

output "role_name" {
  value = aws_iam_role.app.name
}

output "role_arn" {
  value = aws_iam_role.app.arn
}

output "launch_template_id" {
  value = aws_launch_template.app.id
}

output "scale_out_arn" {
  value = one(aws_autoscaling_policy.out[*].arn)
}

output "scale_in_arn" {
  value = one(aws_autoscaling_policy.in[*].arn)
}

output "user_data" {
  value = local.user_data
}
