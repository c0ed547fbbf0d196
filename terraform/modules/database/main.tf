# PostgreSQL of RDS: private, encrypted, TLS only, with point-in-time recovery. Its password comes from the secret that
# was made before, by a write-only argument.
ephemeral "aws_secretsmanager_secret_version" "login" {
  secret_id  = var.secret_arn
  depends_on = [terraform_data.secret]
}

# Makes the reading above wait until the secret has a value.
resource "terraform_data" "secret" {
  input = var.secret_version_arn
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnet_ids
  tags       = { Name = var.name }
}

resource "aws_db_parameter_group" "this" {
  name   = var.name
  family = "postgres${split(".", var.engine_version)[0]}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  tags = { Name = var.name }
}

# RDS would make it by itself, to be kept for ever.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/rds/instance/${var.name}/postgresql"
  retention_in_days = var.log_days
  tags              = { Name = var.name }
}

resource "aws_db_instance" "this" {
  identifier             = var.name
  engine                 = "postgres"
  engine_version         = var.engine_version
  instance_class         = var.instance_class
  allocated_storage      = var.storage_gb
  storage_type           = "gp3"
  storage_encrypted      = true
  db_name                = "tasks"
  username               = var.username
  password_wo            = jsondecode(ephemeral.aws_secretsmanager_secret_version.login.secret_string)["password"]
  password_wo_version    = var.password_version
  port                   = 5432
  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [var.security_group_id]
  parameter_group_name   = aws_db_parameter_group.this.name
  publicly_accessible    = false
  multi_az               = var.multi_az

  iam_database_authentication_enabled = true
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"
  auto_minor_version_upgrade          = true
  backup_retention_period             = var.backup_days
  copy_tags_to_snapshot               = true
  enabled_cloudwatch_logs_exports     = ["postgresql"]
  deletion_protection                 = var.deletion_protection
  skip_final_snapshot                 = var.skip_final_snapshot
  final_snapshot_identifier           = var.skip_final_snapshot ? null : "${var.name}-final"
  apply_immediately                   = true
  depends_on                          = [aws_cloudwatch_log_group.this]

  tags = { Name = var.name }
}
