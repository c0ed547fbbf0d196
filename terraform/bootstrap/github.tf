# The role of .github/workflows/deploy.yml: it pushes images and moves servers to them, and nothing else. It may not
# read the state, nor change what Terraform made.
resource "aws_iam_openid_connect_provider" "github" {
  count          = var.repository == null ? 0 : 1
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trust" {
  count = var.repository == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github[0].arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    # Whole words, no pattern: a branch or a fork is another subject.
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values = concat(
        ["repo:${var.repository}:ref:refs/heads/main"],
        [for environment in var.environments : "repo:${var.repository}:environment:${environment}"],
      )
    }
  }
}

locals {
  here = "${var.region}:${local.account}"
}

data "aws_iam_policy_document" "deploy" {
  statement {
    sid = "LookAround"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeInstanceRefreshes",
      "ec2:DescribeLaunchTemplateVersions",
      "ecr:GetAuthorizationToken",
      "ecs:DescribeTaskDefinition",
      "ecs:ListTaskDefinitions",
    ]
    resources = ["*"] # AWS knows no finer one for these calls
  }
  statement {
    sid = "PushAndPullImages"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = ["arn:aws:ecr:${local.here}:repository/${var.name}*"]
  }
  statement {
    sid       = "NewVersions"
    actions   = ["ec2:CreateLaunchTemplateVersion", "ec2:RunInstances"]
    resources = ["arn:aws:ec2:${local.here}:launch-template/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Project"
      values   = [var.name]
    }
  }
  # What the refreshed group will start, which AWS asks of the one who refreshes it.
  statement {
    sid     = "StartByOurTemplates"
    actions = ["ec2:RunInstances"]
    resources = concat(
      [for kind in ["instance", "volume", "network-interface", "subnet", "security-group"] : "arn:aws:ec2:${local.here}:${kind}/*"],
      ["arn:aws:ec2:${var.region}::image/*"],
    )

    condition {
      test     = "ArnLike"
      variable = "ec2:LaunchTemplate"
      values   = ["arn:aws:ec2:${local.here}:launch-template/*"]
    }
  }
  statement {
    sid       = "TagWhatStarts"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:aws:ec2:${local.here}:instance/*", "arn:aws:ec2:${local.here}:volume/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances"]
    }
  }
  statement {
    sid       = "RefreshGroups"
    actions   = ["autoscaling:StartInstanceRefresh", "autoscaling:CancelInstanceRefresh", "autoscaling:UpdateAutoScalingGroup"]
    resources = ["arn:aws:autoscaling:${local.here}:autoScalingGroup:*:autoScalingGroupName/${var.name}-*"]
  }
  statement {
    sid     = "UpdateServices"
    actions = ["ecs:DescribeServices", "ecs:UpdateService", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:ListTagsForResource"]
    resources = [
      "arn:aws:ecs:${local.here}:service/${var.name}-*/tasksd",
      "arn:aws:ecs:${local.here}:task-definition/${var.name}-*:*",
    ]
  }
  statement {
    sid       = "HandOnTheirRoles"
    actions   = ["iam:PassRole"]
    resources = [for role in ["app", "start"] : "arn:aws:iam::${local.account}:role/${var.name}-*-${role}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  count                = var.repository == null ? 0 : 1
  name                 = "${var.name}-deploy"
  description          = "What GitHub may do for ${var.repository}"
  assume_role_policy   = data.aws_iam_policy_document.trust[0].json
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "deploy" {
  count  = var.repository == null ? 0 : 1
  name   = "deploy"
  role   = aws_iam_role.deploy[0].id
  policy = data.aws_iam_policy_document.deploy.json
}
