output "certificate_arn" {
  description = "Known once the certificate is valid"
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "url" {
  value = "https://${var.domain}"
}
