variable "name" {
  description = "Name of the cluster and prefix of every other name"
  type        = string
}

variable "artifact" {
  description = "The image, by digest: NAME@sha256:..."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.artifact))
    error_message = "artifact is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
}

variable "repository_arn" {
  description = "Repository of ECR that the image is in; null for a registry that lets everybody read"
  type        = string
  default     = null
}

variable "collector_image" {
  description = "AWS's OpenTelemetry collector, by digest, as a second container that sends traces to X-Ray; null for none"
  type        = string
  default     = null

  validation {
    condition     = var.collector_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.collector_image))
    error_message = "collector_image is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
}

variable "database_authorities" {
  description = "Who may sign for the database: the region's file of https://truststore.pki.rds.amazonaws.com, as text"
  type        = string

  validation {
    condition     = strcontains(var.database_authorities, "-----BEGIN CERTIFICATE-----")
    error_message = "database_authorities is the text of a PEM file with certificates."
  }
}

variable "subnet_ids" {
  description = "Where tasks are"
  type        = list(string)
}

variable "security_group_id" {
  description = "The group of the application"
  type        = string
}

variable "public_ipv4" {
  description = "An address of its own, 0.12 $/day each, for subnets without another way out"
  type        = bool
  default     = false
}

variable "target_group_arn" {
  description = "Where the load balancer finds tasks, by address"
  type        = string
}

variable "policies" {
  description = "What tasksd may do: policy documents by name"
  type        = map(string)
  default     = {}
}

variable "settings" {
  description = "Environment of tasksd; nothing secret"
  type        = map(string)
}

variable "log_group" {
  description = "Where logs go"
  type        = string
}

variable "log_group_arn" {
  description = "The same, for the policy"
  type        = string
}

variable "app_port" {
  description = "Where tasksd listens"
  type        = number
  default     = 5000
}

variable "cpu" {
  description = "Of a task: 256 is a quarter of a core"
  type        = number
  default     = 256
}

variable "memory_mb" {
  description = "Of a task"
  type        = number
  default     = 512
}

variable "min_size" {
  description = "Tasks at least"
  type        = number
  default     = 1
}

variable "desired_size" {
  description = "Tasks at first"
  type        = number
  default     = 1
}

variable "max_size" {
  description = "Tasks at most"
  type        = number
  default     = 3
}

variable "requests_per_target" {
  description = "Scale so that a task gets so many requests a minute; the label is of the load balancer and target group"
  type        = object({ per_minute = number, resource_label = string })
  default     = null
}
