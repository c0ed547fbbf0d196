output "dns_name" {
  value = aws_cloudfront_distribution.this.domain_name
}

output "zone_id" {
  value = aws_cloudfront_distribution.this.hosted_zone_id
}

output "url" {
  value = "https://${coalesce(var.domain, aws_cloudfront_distribution.this.domain_name)}"
}
