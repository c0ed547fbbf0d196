# tasksd on Fargate: no machine to look after, a price by the second. A deploy is a new task definition with another
# image (pipeline/deploy.sh), so Terraform leaves the one that serves alone.
data "aws_region" "here" {}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

# Who starts the task: gets its image, opens its log, and nothing else.
data "aws_iam_policy_document" "start" {
  dynamic "statement" {
    for_each = var.repository_arn == null ? [] : [var.repository_arn]
    content {
      sid       = "ReadOneRepository"
      actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
      resources = [statement.value]
    }
  }
  dynamic "statement" {
    for_each = var.repository_arn == null ? [] : [1]
    content {
      sid       = "LogInToRegistry"
      actions   = ["ecr:GetAuthorizationToken"]
      resources = ["*"] # AWS knows no finer one for this call
    }
  }
  statement {
    sid       = "WriteOneLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.log_group_arn}:*"]
  }
}

resource "aws_iam_role" "start" {
  name               = "${var.name}-start"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = { Name = "${var.name}-start" }
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.start.id
  policy = data.aws_iam_policy_document.start.json
}

# What tasksd itself may do.
resource "aws_iam_role" "app" {
  name               = "${var.name}-app"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = { Name = "${var.name}-app" }
}

resource "aws_iam_role_policy" "app" {
  for_each = var.policies
  name     = each.key
  role     = aws_iam_role.app.id
  policy   = each.value
}

resource "aws_iam_role_policy_attachment" "traces" {
  count      = var.collector_image == null ? 0 : 1
  role       = aws_iam_role.app.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_service_discovery_http_namespace" "this" {
  name        = var.name
  description = "What Service Connect finds tasksd by"
  tags        = { Name = var.name }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = { Name = var.name }

  setting {
    name  = "containerInsights"
    value = "disabled" # its figures are paid for one by one; tasksd has its own
  }

  service_connect_defaults {
    namespace = aws_service_discovery_http_namespace.this.arn
  }
}

locals {
  settings = merge(
    {
      TASKSD_ENV        = "production"
      TASKSD_LISTEN     = "0.0.0.0:${var.app_port}"
      TASKSD_LOG_FORMAT = "json"
    },
    var.collector_image == null ? {} : { TASKSD_OTLP_ENDPOINT = "http://127.0.0.1:4318" },
    var.settings,
  )

  # Of every container: a read-only root, and a log.
  common = { for name in ["authorities", "tasksd", "collector"] : name => {
    name                   = name
    readonlyRootFilesystem = true
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = var.log_group
        awslogs-region        = data.aws_region.here.name
        awslogs-stream-prefix = name
      }
    }
  } }

  # libpq wants the authorities that may sign for the database as a file. This leaves one behind and ends.
  authorities = merge(local.common.authorities, {
    image       = var.artifact
    essential   = false
    user        = "0"
    entryPoint  = ["/bin/sh", "-c"]
    command     = ["umask 022 && printf '%s' \"$AUTHORITIES\" >/etc/tasksd/rds-ca.pem"]
    environment = [{ name = "AUTHORITIES", value = var.database_authorities }]
    mountPoints = [{ sourceVolume = "authorities", containerPath = "/etc/tasksd", readOnly = false }]
  })

  tasksd = merge(local.common.tasksd, {
    image        = var.artifact
    essential    = true
    stopTimeout  = 60
    environment  = [for name, value in local.settings : { name = name, value = value }]
    portMappings = [{ name = "http", containerPort = var.app_port, hostPort = var.app_port, protocol = "tcp", appProtocol = "http" }]
    mountPoints  = [{ sourceVolume = "authorities", containerPath = "/etc/tasksd", readOnly = true }]
    dependsOn    = [{ containerName = "authorities", condition = "SUCCESS" }]
    linuxParameters = {
      capabilities       = { drop = ["ALL"] }
      initProcessEnabled = true
    }
    healthCheck = {
      command     = ["CMD", "tasksctl", "probe", "--live", "--quiet", "http://127.0.0.1:${var.app_port}"]
      interval    = 10
      timeout     = 6
      retries     = 3
      startPeriod = 10
    }
  })

  # Traces of tasksd, to X-Ray. It is not essential: without it the service goes on, unseen.
  collector = var.collector_image == null ? [] : [merge(local.common.collector, {
    image     = var.collector_image
    essential = false
    command   = ["--config=/etc/ecs/ecs-default-config.yaml"]
  })]
}

resource "aws_ecs_task_definition" "app" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mb
  execution_role_arn       = aws_iam_role.start.arn
  task_role_arn            = aws_iam_role.app.arn
  container_definitions    = jsonencode(concat([local.authorities, local.tasksd], local.collector))
  tags                     = { Name = var.name, build = "0" }

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "authorities"
  }
}

resource "aws_ecs_service" "app" {
  name                               = "tasksd"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.app.arn
  launch_type                        = "FARGATE"
  desired_count                      = var.desired_size
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 30
  propagate_tags                     = "SERVICE"
  enable_ecs_managed_tags            = true
  tags                               = { Name = var.name }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [var.security_group_id]
    assign_public_ip = var.public_ipv4
  }

  load_balancer {
    target_group_arn = var.target_group_arn
    container_name   = "tasksd"
    container_port   = var.app_port
  }

  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.this.arn

    service {
      port_name      = "http"
      discovery_name = "tasksd"

      client_alias {
        port     = var.app_port
        dns_name = "tasksd"
      }
    }
  }

  lifecycle {
    ignore_changes = [desired_count, task_definition]
  }

  depends_on = [aws_iam_role_policy.start, aws_iam_role_policy.app]
}

# ---- Scaling: by requests, and by CPU where they are dear ----

resource "aws_appautoscaling_target" "app" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.app.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.min_size
  max_capacity       = var.max_size
}

locals {
  targets = merge(
    { cpu = { metric = "ECSServiceAverageCPUUtilization", label = null, value = 70 } },
    var.requests_per_target == null ? {} : {
      requests = {
        metric = "ALBRequestCountPerTarget"
        label  = var.requests_per_target.resource_label
        value  = var.requests_per_target.per_minute
      }
    },
  )
}

resource "aws_appautoscaling_policy" "app" {
  for_each           = local.targets
  name               = "${var.name}-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.app.service_namespace
  resource_id        = aws_appautoscaling_target.app.resource_id
  scalable_dimension = aws_appautoscaling_target.app.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.value
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
      resource_label         = each.value.label
    }
  }
}
