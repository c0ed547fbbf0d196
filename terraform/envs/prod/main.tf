# What people rely on: two instances in two zones behind a filter and a load balancer that speaks TLS only, a database
# with a standby, backups in a second region, and nothing that can be destroyed by mistake.
locals {
  tags = { Project = "tasks", Environment = "prod", ManagedBy = "terraform" }
  auth = var.cognito == null ? { TASKSD_AUTH = var.auth } : module.auth[0].settings
}

module "network" {
  source = "../../modules/network"
  name   = var.name
  region = var.region
  egress = var.egress
}

module "security" {
  source = "../../modules/security"
  name   = var.name
  vpc_id = module.network.vpc_id
}

module "secrets" {
  password_version     = var.password_version
  source               = "../../modules/secrets"
  secret_name          = "${var.name}-db"
  recovery_window_days = 7
}

module "database" {
  source              = "../../modules/database"
  name                = var.name
  subnet_ids          = module.network.private_subnet_ids
  security_group_id   = module.security.database_id
  secret_arn          = module.secrets.secret_arn
  secret_version_arn  = module.secrets.secret_version_arn
  username            = module.secrets.username
  password_version    = module.secrets.password_version
  multi_az            = true
  backup_days         = 14
  log_days            = 30
  deletion_protection = var.protected
  skip_final_snapshot = !var.protected
}

module "registry" {
  source       = "../../modules/registry"
  name         = var.name
  keep_builds  = 50
  force_delete = !var.protected
}

module "name" {
  source  = "../../modules/dns_tls"
  domain  = var.domain
  zone_id = var.zone_id
  edge    = { dns_name = module.edge.dns_name, zone_id = module.edge.zone_id }
}

module "edge" {
  source              = "../../modules/edge_alb"
  name                = var.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  security_group_id   = module.security.edge_id
  certificate         = { arn = module.name.certificate_arn }
  deletion_protection = var.protected
}

module "waf" {
  source            = "../../modules/waf"
  name              = var.name
  load_balancer_arn = module.edge.arn
}

module "auth" {
  count               = var.cognito == null ? 0 : 1
  source              = "../../modules/auth_cognito"
  name                = var.name
  domain_prefix       = var.cognito.domain_prefix
  callback_urls       = ["${module.name.url}/"]
  deletion_protection = var.protected
}

module "compute" {
  source              = "../../modules/compute_asg"
  name                = var.name
  region              = var.region
  tags                = local.tags
  artifact            = var.artifact
  log_group           = { name = module.observability.log_group, arn = module.observability.log_group_arn }
  session_agent       = var.session_agent
  image_parameter     = var.image_parameter
  instance_type       = "t4g.micro"
  subnet_ids          = module.network.private_subnet_ids
  security_group_id   = module.security.app_id
  target_group_arns   = [module.edge.target_group_arn]
  policies            = { read-secret = module.secrets.read_policy }
  registry            = { arn = module.registry.arn }
  min_size            = 2
  desired_size        = 2
  max_size            = 6
  detailed_monitoring = true
  dual_stack          = var.egress == "ipv6"
  settings = merge(local.auth, {
    TASKSD_DB            = module.database.uri
    TASKSD_DB_SECRET     = "aws:${module.secrets.secret_name}"
    TASKSD_MIGRATE       = "true"
    TASKSD_TRUSTED_PROXY = module.network.cidr
    TASKSD_DRAIN_DELAY   = "25s"
    TASKSD_RATE_LIMIT    = "50/s:200"
  })
  requests_per_target = {
    per_minute     = 60000 # as in `standard`
    resource_label = "${module.edge.arn_suffix}/${module.edge.target_group_arn_suffix}"
  }
}

module "observability" {
  source = "../../modules/observability"
  name   = var.name
  region = var.region
  group = {
    name          = module.compute.group_name
    scale_out_arn = module.compute.scale_out_arn
    scale_in_arn  = module.compute.scale_in_arn
  }
  database            = { identifier = module.database.identifier }
  edge                = { arn_suffix = module.edge.arn_suffix }
  detailed_monitoring = true
  log_days            = 30
  alarm_emails        = var.alarm_emails
}

resource "aws_backup_vault" "second" {
  provider      = aws.second
  name          = var.name
  force_destroy = !var.protected
  tags          = { Name = var.name }
}

module "backup" {
  source    = "../../modules/backup"
  name      = var.name
  arns      = [module.database.arn]
  keep_days = 35
  copy_to   = aws_backup_vault.second.arn
}

module "bastion" {
  count                      = var.bastion ? 1 : 0
  source                     = "../../modules/bastion"
  name                       = var.name
  vpc_id                     = module.network.vpc_id
  subnet_id                  = module.network.public_subnet_ids[0]
  public_ipv4                = true
  database_security_group_id = module.security.database_id
}

module "budget" {
  count           = var.budget_dollars_a_month > 0 ? 1 : 0
  source          = "../../modules/budget"
  name            = var.name
  project         = local.tags.Project
  dollars_a_month = var.budget_dollars_a_month
  emails          = var.alarm_emails
}
