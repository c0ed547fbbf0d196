variable "region" {
  description = "Where it all is"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Prefix of every name"
  type        = string
  default     = "tasks-standard"
}

variable "artifact" {
  description = "The first image to run, by digest: NAME@sha256:...; later ones come by pipeline/deploy.sh"
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.artifact))
    error_message = "artifact is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
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

variable "night" {
  description = "Nothing runs from `sleep` to `wake`: hours of the day, in that time zone"
  type        = object({ sleep = number, wake = number, time_zone = string })
  default     = null
}

variable "image_parameter" {
  description = "Parameter of SSM with the machine image: Debian 12 on arm64, or a golden one (pipeline/packer)"
  type        = string
  default     = "/aws/service/debian/release/12/latest/arm64"
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
  default     = 50
}

variable "registry_arn" {
  description = "Repository of ECR that the artifact is in; null when anybody may pull it"
  type        = string
  default     = null
}
