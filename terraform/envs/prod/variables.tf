variable "region" {
  description = "Where it all is"
  type        = string
  default     = "us-east-1"
}

variable "second_region" {
  description = "Where copies of the backups are"
  type        = string
  default     = "us-west-2"
}

variable "name" {
  description = "Prefix of every name"
  type        = string
  default     = "tasks-prod"
}

variable "artifact" {
  description = "The first image to run, by digest: NAME@sha256:...; later ones come by pipeline/deploy.sh"
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.artifact))
    error_message = "artifact is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
}

variable "image_parameter" {
  description = "Parameter of SSM with the machine image: Debian 12 on arm64, or a golden one (pipeline/packer)"
  type        = string
  default     = "/aws/service/debian/release/12/latest/arm64"
}

variable "domain" {
  description = "Name of the service, such as tasks.example.org"
  type        = string
}

variable "zone_id" {
  description = "Zone of Route 53 that the name is in"
  type        = string
}

variable "egress" {
  description = "Way out of the private subnets: ipv6 is free; nat_gateway (1.20 $/day) where a service has no IPv6 address"
  type        = string
  default     = "ipv6"
}

variable "auth" {
  description = "Who may use it, where Cognito does not say it: token or oidc"
  type        = string
  default     = "token"

  validation {
    condition     = contains(["token", "oidc"], var.auth)
    error_message = "auth is token or oidc: nobody gets into prod unasked."
  }
}

variable "cognito" {
  description = "Let people sign up and in by a pool of users of our own; null for none"
  type        = object({ domain_prefix = string })
  default     = null
}

variable "bastion" {
  description = "A machine to reach the database through by Session Manager, 0.24 $/day while it is there"
  type        = bool
  default     = false
}

variable "protected" {
  description = "Refuse to be destroyed: say false, apply, and only then destroy"
  type        = bool
  default     = true
}

variable "alarm_emails" {
  description = "Whom alarms and the budget tell; somebody has to hear"
  type        = list(string)

  validation {
    condition     = length(var.alarm_emails) > 0
    error_message = "alarm_emails is empty: an alarm that nobody hears is none."
  }
}

variable "session_agent" {
  description = "Agent of Session Manager as a package, https://...deb@sha256:..., where the image has none, as Debian's own"
  type        = string
  default     = null
}

variable "password_version" {
  description = "Count it up for another password of the database: servers read it anew when theirs is refused"
  type        = number
  default     = 1
}

variable "budget_dollars_a_month" {
  description = "Above it somebody is told; 0 for no budget"
  type        = number
  default     = 90
}
