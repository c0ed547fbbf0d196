output "autoscaling_group_name" {
  description = "DEPLOY_GROUP of pipeline/deploy.sh; the instance in it has the address"
  value       = module.compute.group_name
}

output "cloudwatch_dashboard_url" {
  value = module.observability.dashboard_url
}

output "user_data" {
  value = module.compute.user_data
}
