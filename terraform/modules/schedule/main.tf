# Stops the database in the evening and starts it in the morning. AWS itself starts a stopped database after seven
# days, so this runs daily.
data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "database" {
  statement {
    sid       = "StopAndStartOneDatabase"
    actions   = ["rds:StopDBInstance", "rds:StartDBInstance"]
    resources = [var.database_arn]
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-schedule"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = { Name = "${var.name}-schedule" }
}

resource "aws_iam_role_policy" "this" {
  name   = "database"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.database.json
}

resource "aws_scheduler_schedule" "this" {
  for_each                     = { stop = var.sleep, start = var.wake }
  name                         = "${var.name}-${each.key}"
  schedule_expression          = "cron(${each.value})"
  schedule_expression_timezone = var.time_zone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:rds:${each.key}DBInstance"
    role_arn = aws_iam_role.this.arn
    input    = jsonencode({ DbInstanceIdentifier = var.database_identifier })
  }
}
