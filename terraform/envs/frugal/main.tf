# Under a dollar a day with PostgreSQL, around the clock: an HTTP API instead of a load balancer, private instances with
# a free way out by IPv6, and no public IPv4 address at all.
locals {
  tags = { Project = "tasks", Environment = "frugal", ManagedBy = "terraform" }
}

module "network" {
  source = "../../modules/network"
  name   = var.name
  region = var.region
  egress = var.egress
}

module "security" {
  source     = "../../modules/security"
  name       = var.name
  vpc_id     = module.network.vpc_id
  edge_ports = []
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

module "edge" {
  source            = "../../modules/edge_httpapi"
  name              = var.name
  subnet_ids        = module.network.private_subnet_ids
  security_group_id = module.security.edge_id
}

data "aws_iam_policy_document" "discovery" {
  statement {
    sid       = "EnterAndLeaveOneService"
    actions   = ["servicediscovery:RegisterInstance", "servicediscovery:DeregisterInstance", "servicediscovery:ListInstances"]
    resources = [module.edge.service_arn]
  }
  statement {
    sid       = "SeeWhoIsDead"
    actions   = ["ec2:DescribeInstances"]
    resources = ["*"] # AWS knows no finer one for this call
  }
}

module "compute" {
  source               = "../../modules/compute_asg"
  name                 = var.name
  region               = var.region
  tags                 = local.tags
  artifact             = var.artifact
  log_group            = { name = module.observability.log_group, arn = module.observability.log_group_arn }
  session_agent        = var.session_agent
  image_parameter      = var.image_parameter
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.security.app_id
  registry             = var.registry_arn == null ? null : { arn = var.registry_arn }
  dual_stack           = var.egress == "ipv6"
  discovery_service_id = module.edge.service_id
  policies = {
    read-secret = module.secrets.read_policy
    discovery   = data.aws_iam_policy_document.discovery.json
  }
  settings = {
    TASKSD_AUTH          = var.auth
    TASKSD_DB            = module.database.uri
    TASKSD_DB_SECRET     = "aws:${module.secrets.secret_name}"
    TASKSD_MIGRATE       = "true"
    TASKSD_TRUSTED_PROXY = module.network.cidr
  }
  night = var.night == null ? null : {
    sleep     = "0 ${var.night.sleep} * * *"
    wake      = "10 ${var.night.wake} * * *" # the database first
    time_zone = var.night.time_zone
  }
}

module "night" {
  count               = var.night == null ? 0 : 1
  source              = "../../modules/schedule"
  name                = var.name
  database_identifier = module.database.identifier
  database_arn        = module.database.arn
  sleep               = "10 ${var.night.sleep} * * ? *"
  wake                = "0 ${var.night.wake} * * ? *"
  time_zone           = var.night.time_zone
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
  database     = { identifier = module.database.identifier }
  api          = { id = module.edge.api_id }
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
