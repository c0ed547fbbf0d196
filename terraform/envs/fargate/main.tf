# The standard system without a machine to look after: Fargate on ARM behind a load balancer, PostgreSQL of RDS.
locals {
  tags = { Project = "tasks", Environment = "fargate", ManagedBy = "terraform" }
}

module "network" {
  source = "../../modules/network"
  name   = var.name
  region = var.region
}

module "security" {
  source = "../../modules/security"
  name   = var.name
  vpc_id = module.network.vpc_id
}

module "secrets" {
  password_version = var.password_version
  source           = "../../modules/secrets"
  secret_name      = "${var.name}-db"
}

module "database" {
  source             = "../../modules/database"
  name               = var.name
  subnet_ids         = module.network.private_subnet_ids
  security_group_id  = module.security.database_id
  secret_arn         = module.secrets.secret_arn
  secret_version_arn = module.secrets.secret_version_arn
  username           = module.secrets.username
  password_version   = module.secrets.password_version
}

module "registry" {
  source = "../../modules/registry"
  name   = var.name
}

module "edge" {
  source            = "../../modules/edge_alb"
  name              = var.name
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.public_subnet_ids
  security_group_id = module.security.edge_id
  target_type       = "ip"
  certificate       = var.certificate_arn == null ? null : { arn = var.certificate_arn }
}

# Tasks are in the public subnets with an address of their own, as the instances of `standard` are.
module "compute" {
  source               = "../../modules/compute_ecs"
  name                 = var.name
  artifact             = var.artifact
  repository_arn       = module.registry.arn
  collector_image      = var.collector_image
  database_authorities = var.database_authorities
  subnet_ids           = module.network.public_subnet_ids
  public_ipv4          = true
  security_group_id    = module.security.app_id
  target_group_arn     = module.edge.target_group_arn
  policies             = { read-secret = module.secrets.read_policy }
  log_group            = module.observability.log_group
  log_group_arn        = module.observability.log_group_arn
  settings = {
    TASKSD_AUTH          = var.auth
    TASKSD_DB            = module.database.uri
    TASKSD_DB_SECRET     = "aws:${module.secrets.secret_name}"
    TASKSD_MIGRATE       = "true"
    TASKSD_TRUSTED_PROXY = module.network.cidr
    TASKSD_DRAIN_DELAY   = "25s"
    AWS_REGION           = var.region
  }
  requests_per_target = {
    per_minute     = 60000 # as in `standard`
    resource_label = "${module.edge.arn_suffix}/${module.edge.target_group_arn_suffix}"
  }
}

module "observability" {
  source       = "../../modules/observability"
  name         = var.name
  region       = var.region
  service      = { cluster = module.compute.cluster_name, name = module.compute.service_name }
  database     = { identifier = module.database.identifier }
  edge         = { arn_suffix = module.edge.arn_suffix }
  alarm_emails = var.alarm_emails
}

module "budget" {
  count           = var.budget_dollars_a_month > 0 ? 1 : 0
  source          = "../../modules/budget"
  name            = var.name
  project         = local.tags.Project
  dollars_a_month = var.budget_dollars_a_month
  emails          = var.alarm_emails
}
