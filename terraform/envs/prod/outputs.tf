output "alb_dns_name" {
  value = module.edge.dns_name
}

output "url" {
  value = module.name.url
}

output "rds_endpoint" {
  value = module.database.endpoint
}

output "cloudwatch_dashboard_url" {
  value = module.observability.dashboard_url
}

output "secrets_manager_secret_name" {
  value = module.secrets.secret_name
}

output "repository_url" {
  description = "REPOSITORY of pipeline/push"
  value       = module.registry.repository_url
}

output "autoscaling_group_name" {
  description = "DEPLOY_GROUP of pipeline/deploy.sh"
  value       = module.compute.group_name
}

output "sign_in_url" {
  value = one(module.auth[*].sign_in_url)
}

output "bastion_instance_id" {
  value = one(module.bastion[*].instance_id)
}

output "user_data" {
  value = module.compute.user_data
}
