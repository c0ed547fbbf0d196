output "url" {
  value = aws_apigatewayv2_api.this.api_endpoint
}

output "dns_name" {
  value = trimprefix(aws_apigatewayv2_api.this.api_endpoint, "https://")
}

output "service_id" {
  value = aws_service_discovery_service.app.id
}

output "service_arn" {
  value = aws_service_discovery_service.app.arn
}

output "api_id" {
  value = aws_apigatewayv2_api.this.id
}
