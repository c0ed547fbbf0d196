# An HTTP API before private instances: no hourly price, no public IPv4 address. Instances enter and leave the
# service of Cloud Map by themselves (see compute_asg), and its health is what they say.
resource "aws_service_discovery_http_namespace" "this" {
  name        = var.name
  description = "Instances of tasksd"
  tags        = { Name = var.name }
}

resource "aws_service_discovery_service" "app" {
  name         = "tasksd"
  namespace_id = aws_service_discovery_http_namespace.this.id

  # Instances that went without a word: the HTTP API asks only those that are healthy.
  health_check_custom_config {}

  force_destroy = true
  tags          = { Name = "${var.name}-tasksd" }
}

resource "aws_apigatewayv2_vpc_link" "this" {
  name               = var.name
  subnet_ids         = var.subnet_ids
  security_group_ids = [var.security_group_id]
  tags               = { Name = var.name }
}

resource "aws_apigatewayv2_api" "this" {
  name          = var.name
  protocol_type = "HTTP"
  tags          = { Name = var.name }
}

resource "aws_apigatewayv2_integration" "app" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "HTTP_PROXY"
  integration_method     = "ANY"
  integration_uri        = aws_service_discovery_service.app.arn
  connection_type        = "VPC_LINK"
  connection_id          = aws_apigatewayv2_vpc_link.this.id
  payload_format_version = "1.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "all" {
  api_id    = aws_apigatewayv2_api.this.id
  route_key = "$default"
  target    = "integrations/${aws_apigatewayv2_integration.app.id}"
}

resource "aws_apigatewayv2_stage" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit  = var.requests_per_second
    throttling_burst_limit = var.requests_per_second * 2
  }

  tags = { Name = var.name }
}
