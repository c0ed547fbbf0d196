output "alb_dns_name" {
  value = module.edge.dns_name
}

output "url" {
  value = module.edge.url
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

output "deploy" {
  description = "DEPLOY_CLUSTER and DEPLOY_SERVICE of pipeline/deploy.sh"
  value       = { cluster = module.compute.cluster_name, service = module.compute.service_name }
}
