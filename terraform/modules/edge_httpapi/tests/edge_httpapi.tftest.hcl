mock_provider "aws" {
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = { api_endpoint = "https://a1.execute-api.us-east-1.amazonaws.com" }
  }
}

variables {
  name                = "tasks"
  subnet_ids          = ["subnet-1", "subnet-2"]
  security_group_id   = "sg-1"
  requests_per_second = 40
}

run "private_instances_are_found" {
  assert {
    condition     = aws_apigatewayv2_integration.app.connection_type == "VPC_LINK" && aws_apigatewayv2_integration.app.integration_uri == aws_service_discovery_service.app.arn
    error_message = "it goes elsewhere"
  }
  assert {
    condition     = aws_apigatewayv2_route.all.route_key == "$default"
    error_message = "some paths lead nowhere"
  }
  assert {
    condition     = output.dns_name == "a1.execute-api.us-east-1.amazonaws.com"
    error_message = "the name is ${output.dns_name}"
  }
}

run "a_flood_is_held_back" {
  assert {
    condition     = one(aws_apigatewayv2_stage.this.default_route_settings).throttling_rate_limit == 40 && one(aws_apigatewayv2_stage.this.default_route_settings).throttling_burst_limit == 80
    error_message = "there is no limit, or another"
  }
}
