variable "region" {
  description = "Where it all is"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Prefix of every name"
  type        = string
  default     = "tasks-fargate"
}

variable "artifact" {
  description = "The first image to run, by digest: NAME@sha256:...; later ones come by pipeline/deploy.sh"
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.artifact))
    error_message = "artifact is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
}

variable "database_authorities" {
  description = "Who may sign for the database, as text: https://truststore.pki.rds.amazonaws.com/REGION/REGION-bundle.pem"
  type        = string

  validation {
    condition     = strcontains(var.database_authorities, "-----BEGIN CERTIFICATE-----")
    error_message = "database_authorities is the text of a PEM file with certificates."
  }
}

variable "collector_image" {
  description = "AWS's OpenTelemetry collector, by digest, for traces in X-Ray; null for none"
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Whom alarms and the budget tell"
  type        = list(string)
  default     = []
}

variable "certificate_arn" {
  description = "Certificate of ACM; without one the load balancer speaks plain HTTP"
  type        = string
  default     = null
}

variable "auth" {
  description = "Who may use it: token, oidc or none"
  type        = string
  default     = "token"
}

variable "password_version" {
  description = "Count it up for another password of the database: servers read it anew when theirs is refused"
  type        = number
  default     = 1
}

variable "budget_dollars_a_month" {
  description = "Above it somebody is told; 0 for no budget"
  type        = number
  default     = 55
}
