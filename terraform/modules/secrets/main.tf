# The password of the database. It is made here, given to Secrets Manager and to the database, and written to no plan,
# no state and no variable: ephemeral values and write-only arguments.
ephemeral "aws_secretsmanager_random_password" "database" {
  password_length     = 32
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "database" {
  name                    = var.secret_name
  description             = "Login of tasksd at its database"
  recovery_window_in_days = var.recovery_window_days
  tags                    = { Name = var.secret_name }
}

# tasksd takes the address from its URI and the login from here, so the secret exists before the database does.
resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id
  secret_string_wo = jsonencode({
    username = var.username
    password = ephemeral.aws_secretsmanager_random_password.database.random_password
  })
  secret_string_wo_version = var.password_version
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "ReadOneSecret"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.database.arn]
  }
}
