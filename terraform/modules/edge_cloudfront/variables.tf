variable "name" {
  description = "What it is called"
  type        = string
}

variable "load_balancer_arn" {
  description = "An internal load balancer"
  type        = string
}

variable "load_balancer_dns_name" {
  description = "Its name"
  type        = string
}

variable "origin_protocol" {
  description = "How CloudFront speaks with it, inside the network: https-only wants a certificate there"
  type        = string
  default     = "http-only"

  validation {
    condition     = contains(["http-only", "https-only"], var.origin_protocol)
    error_message = "origin_protocol is http-only or https-only."
  }
}

variable "domain" {
  description = "Name of the service; null for CloudFront's own"
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Certificate of ACM for the domain, in us-east-1, where CloudFront looks for it"
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws:acm:us-east-1:", var.certificate_arn))
    error_message = "CloudFront takes certificates of us-east-1 only."
  }
}

variable "web_acl_arn" {
  description = "A filter of WAF with the scope CLOUDFRONT"
  type        = string
  default     = null
}
