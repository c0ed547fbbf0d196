# Instances that install one pinned artifact and serve. A deploy is a new version of the launch template with another
# line `tasks_artifact=...` (pipeline/deploy.sh), so Terraform leaves the version that serves alone.
data "aws_ssm_parameter" "image" {
  name = var.image_parameter
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "app" {
  name               = "${var.name}-app"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = { Name = "${var.name}-app" }
}

# Session Manager instead of a bastion: no port is open, no key exists.
resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_role_policy" "app" {
  for_each = var.policies
  name     = each.key
  role     = aws_iam_role.app.id
  policy   = each.value
}

# A registry of our own is private; what anybody may pull needs no right.
data "aws_iam_policy_document" "pull" {
  count = var.registry == null ? 0 : 1
  statement {
    sid       = "ReadOneRepository"
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
    resources = [var.registry.arn]
  }
  statement {
    sid       = "LogInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # AWS knows no finer one for this call
  }
}

resource "aws_iam_role_policy" "pull" {
  count  = var.registry == null ? 0 : 1
  name   = "pull"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.pull[0].json
}

resource "aws_iam_instance_profile" "app" {
  name = "${var.name}-app"
  role = aws_iam_role.app.name
  tags = { Name = "${var.name}-app" }
}

# What it logs goes to one group, by a unit of its own (boot/tasks-logs).
data "aws_iam_policy_document" "logs" {
  statement {
    sid       = "WriteOneLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.log_group.arn}:*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  name   = "logs"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.logs.json
}

# ---- What an instance does first: files, then a script. See boot/ ----

locals {
  discovered = var.discovery_service_id != ""

  settings = merge(
    {
      AWS_REGION        = var.region
      TASKSD_ENV        = var.environment
      TASKSD_LISTEN     = "${var.own_tls == null ? "0.0.0.0" : "127.0.0.1"}:${var.app_port}"
      TASKSD_LOG_FORMAT = "json"
    },
    !var.dual_stack ? {} : {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = "https://logs.${var.region}.api.aws"
      AWS_ENDPOINT_URL_SECRETS_MANAGER = "https://secretsmanager.${var.region}.api.aws"
    },
    var.settings,
  )
  instance = {
    TASKS_LOG_GROUP            = var.log_group.name
    TASKS_DISCOVERY            = var.discovery_service_id
    TASKS_PORT                 = var.app_port
    AWS_DEFAULT_REGION         = var.region
    AWS_USE_DUALSTACK_ENDPOINT = var.dual_stack
  }

  programs = concat(["tasks-fetch", "tasks-install", "tasks-logs", "tasks-leave"], local.discovered ? ["tasksd-discovery"] : [])
  units    = concat(["tasks-logs.service", "tasks-leave.service"], local.discovered ? ["tasksd-discovery.service"] : [])
  files = merge(
    { for name in local.units : "/etc/systemd/system/${name}" => file("${path.module}/boot/${name}") },
    {
      "/etc/default/tasksd"        = join("", [for name, value in local.settings : "${name}=${value}\n"])
      "/etc/tasks/instance"        = join("", [for name, value in local.instance : "${name}=${value}\n"])
      "/etc/tasks/registries.json" = jsonencode({ credHelpers = { "public.ecr.aws" = "ecr-login" }, credsStore = "ecr-login" })
      "/etc/tasks/tasksd.service"  = file("${path.module}/boot/tasksd.service")
    },
    var.own_tls == null ? {} : {
      "/etc/tasks/Caddyfile" = "${coalesce(var.own_tls.domain, ":80")} {\n\treverse_proxy 127.0.0.1:${var.app_port}\n}\n"
    },
  )

  script = templatefile("${path.module}/boot/boot.sh.tftpl", {
    artifact                  = var.artifact
    region                    = var.region
    agent                     = var.session_agent
    settings_need_authorities = anytrue([for value in values(var.settings) : strcontains(value, "/etc/tasksd/rds-ca.pem")])
    volume_tag                = var.volume_tag
    discovered                = local.discovered
    own_tls                   = var.own_tls != null
    packages = concat(
      ["podman", "amazon-ecr-credential-helper", "ca-certificates", "curl"],
      var.volume_tag != "" || local.discovered ? ["awscli"] : [],
      var.own_tls == null ? [] : ["caddy"],
    )
  })
  user_data = templatefile("${path.module}/user_data.tftpl", {
    boundary = "tasks-boundary"
    script   = local.script
    # Packed, because user data may have 16 KiB.
    files = yamlencode({ write_files = concat(
      [for name in local.programs : {
        path        = "/usr/local/sbin/${name}"
        permissions = "0755"
        encoding    = "gz+b64"
        content     = base64gzip(file("${path.module}/boot/${name}"))
      }],
      [for path, content in local.files : { path = path, permissions = "0644", content = content }],
    ) })
  })
}

resource "aws_launch_template" "app" {
  name                   = "${var.name}-app"
  image_id               = data.aws_ssm_parameter.image.insecure_value
  instance_type          = var.instance_type
  update_default_version = true
  user_data              = base64encode(local.user_data)

  iam_instance_profile {
    arn = aws_iam_instance_profile.app.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = var.detailed_monitoring
  }

  credit_specification {
    cpu_credits = "standard" # a burst that would cost extra waits instead
  }

  network_interfaces {
    associate_public_ip_address = var.public_ipv4
    security_groups             = [var.security_group_id]
    delete_on_termination       = true
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 8
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])
    content {
      resource_type = tag_specifications.value
      tags          = merge(var.tags, { Name = "${var.name}-app" })
    }
  }

  tags = { Name = "${var.name}-app" }
}

resource "aws_autoscaling_group" "app" {
  name                      = var.name
  min_size                  = var.min_size
  desired_capacity          = var.desired_size
  max_size                  = var.max_size
  vpc_zone_identifier       = var.subnet_ids
  target_group_arns         = var.target_group_arns
  health_check_type         = length(var.target_group_arns) > 0 ? "ELB" : "EC2"
  health_check_grace_period = 90
  default_cooldown          = 300
  default_instance_warmup   = 60
  enabled_metrics           = ["GroupInServiceInstances", "GroupDesiredCapacity"]
  wait_for_capacity_timeout = "0"

  launch_template {
    id      = aws_launch_template.app.id
    version = "$Default"
  }

  instance_refresh {
    strategy = "Rolling"
    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
      auto_rollback          = false # pipeline/deploy.sh goes back, and asks the new servers first
    }
  }

  dynamic "tag" {
    for_each = merge(var.tags, { Name = "${var.name}-app" })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    ignore_changes = [desired_capacity, launch_template]
  }
}

# Holds an instance that shall go until it has drained by itself (boot/tasks-leave): tasksd answers what it has begun.
resource "aws_autoscaling_lifecycle_hook" "drain" {
  name                   = "drain"
  autoscaling_group_name = aws_autoscaling_group.app.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 120
  default_result         = "CONTINUE"
}

# ---- Scaling: by requests where an edge counts them, by CPU as the alarms of observability say ----

resource "aws_autoscaling_policy" "requests" {
  count                  = var.requests_per_target == null ? 0 : 1
  name                   = "${var.name}-requests"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = var.requests_per_target.per_minute
    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label         = var.requests_per_target.resource_label
    }
  }
}

resource "aws_autoscaling_policy" "out" {
  count                  = var.max_size > var.min_size ? 1 : 0
  name                   = "${var.name}-scale-out"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = 300
}

resource "aws_autoscaling_policy" "in" {
  count                  = var.max_size > var.min_size ? 1 : 0
  name                   = "${var.name}-scale-in"
  autoscaling_group_name = aws_autoscaling_group.app.name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = -1
  cooldown               = 300
}

resource "aws_autoscaling_schedule" "night" {
  for_each               = var.night == null ? {} : { sleep = 0, wake = var.min_size }
  scheduled_action_name  = "${var.name}-${each.key}"
  autoscaling_group_name = aws_autoscaling_group.app.name
  recurrence             = each.key == "sleep" ? var.night.sleep : var.night.wake
  time_zone              = var.night.time_zone
  min_size               = each.value
  desired_capacity       = each.value
  max_size               = each.key == "sleep" ? 0 : var.max_size
}
