# One instance that heals itself, SQLite on a volume of its own, a snapshot each night: a quarter of a dollar a day.
locals {
  tags = { Project = "tasks", Environment = "lite", ManagedBy = "terraform" }
}

module "network" {
  source = "../../modules/network"
  name   = var.name
  region = var.region
}

module "security" {
  source     = "../../modules/security"
  name       = var.name
  vpc_id     = module.network.vpc_id
  edge_ports = []
  app_public = true
}

data "aws_subnet" "first" {
  id = module.network.public_subnet_ids[0]
}

# In one zone, as the instance has to be; it outlives every instance.
resource "aws_ebs_volume" "tasks" {
  availability_zone = data.aws_subnet.first.availability_zone
  size              = 4
  type              = "gp3"
  encrypted         = true
  final_snapshot    = var.final_snapshot
  tags              = { Name = "${var.name}-tasks" }
}

data "aws_iam_policy_document" "volume" {
  statement {
    sid       = "FindTheVolume"
    actions   = ["ec2:DescribeVolumes"]
    resources = ["*"] # AWS knows no finer one for this call
  }
  statement {
    sid       = "AttachTheVolume"
    actions   = ["ec2:AttachVolume"]
    resources = [aws_ebs_volume.tasks.arn, "arn:aws:ec2:${var.region}:*:instance/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [local.tags.Project]
    }
  }
}

module "compute" {
  source            = "../../modules/compute_asg"
  name              = var.name
  region            = var.region
  tags              = local.tags
  artifact          = var.artifact
  log_group         = { name = module.observability.log_group, arn = module.observability.log_group_arn }
  session_agent     = var.session_agent
  image_parameter   = var.image_parameter
  subnet_ids        = [module.network.public_subnet_ids[0]]
  public_ipv4       = true
  security_group_id = module.security.app_id
  registry          = var.registry_arn == null ? null : { arn = var.registry_arn }
  volume_tag        = aws_ebs_volume.tasks.tags.Name
  policies          = { volume = data.aws_iam_policy_document.volume.json }
  max_size          = 1
  own_tls           = { domain = var.domain }
  settings = {
    TASKSD_AUTH          = "token"
    TASKSD_MIGRATE       = "true"
    TASKSD_TRUSTED_PROXY = "127.0.0.1/32"
    TASKSD_DB            = "sqlite:/var/lib/tasks/tasks.db"
  }
}

module "backup" {
  count     = var.backup_days > 0 ? 1 : 0
  source    = "../../modules/backup"
  name      = var.name
  arns      = [aws_ebs_volume.tasks.arn]
  keep_days = var.backup_days
}

module "observability" {
  source = "../../modules/observability"
  name   = var.name
  region = var.region
  group = {
    name   = module.compute.group_name
    scales = false
  }
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
