variable "region" {
  description = "Where it all is"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Prefix of every name"
  type        = string
  default     = "tasks-lite"
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

variable "final_snapshot" {
  description = "Keep a snapshot of the tasks when all of it is destroyed"
  type        = bool
  default     = true
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

variable "budget_dollars_a_month" {
  description = "Above it somebody is told; 0 for no budget"
  type        = number
  default     = 10
}

variable "domain" {
  description = "Name that leads to the instance, for its certificate; without one it speaks plain HTTP"
  type        = string
  default     = ""
}

variable "backup_days" {
  description = "How long the nightly recovery points of the volume are kept; 0 for none"
  type        = number
  default     = 7
}

variable "registry_arn" {
  description = "Repository of ECR that the artifact is in; null when anybody may pull it"
  type        = string
  default     = null
}
