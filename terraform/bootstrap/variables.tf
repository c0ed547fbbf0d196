variable "region" {
  description = "Where the state is"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "First word of every name, and the tag Project"
  type        = string
  default     = "tasks"
}

variable "repository" {
  description = "Repository of GitHub that may deploy, OWNER/NAME; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.repository == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository is OWNER/NAME, without a pattern in it."
  }
}

variable "environments" {
  description = "Environments of that repository that may deploy"
  type        = set(string)
  default     = ["staging", "production"]
}

variable "lock_table" {
  description = "A table of DynamoDB for the lock, for a Terraform before 1.10"
  type        = bool
  default     = false
}
