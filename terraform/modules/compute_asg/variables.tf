variable "name" {
  description = "Name of the group and prefix of every other name"
  type        = string
}

variable "region" {
  description = "Where it all is"
  type        = string
}

variable "tags" {
  description = "For instances and volumes, which a provider's default tags do not reach"
  type        = map(string)
}

variable "artifact" {
  description = "An image by digest, NAME@sha256:..., or a package, https://...deb@sha256:..."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.artifact))
    error_message = "artifact is an image by digest, NAME@sha256:..., and never a tag such as latest."
  }
}

variable "image_parameter" {
  description = "Parameter of SSM with the machine image: Debian 12 on arm64, or a golden one of pipeline/packer"
  type        = string
  default     = "/aws/service/debian/release/12/latest/arm64"
}

variable "instance_type" {
  description = "Size of an instance"
  type        = string
  default     = "t4g.nano"
}

variable "subnet_ids" {
  description = "Where instances are"
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

variable "target_group_arns" {
  description = "Where a load balancer finds the instances"
  type        = list(string)
  default     = []
}

variable "discovery_service_id" {
  description = "Service of Cloud Map that instances enter; empty for none"
  type        = string
  default     = ""
}

variable "volume_tag" {
  description = "Name of a volume to keep tasks on; empty for none"
  type        = string
  default     = ""
}

variable "policies" {
  description = "What instances may do: policy documents by name"
  type        = map(string)
  default     = {}
}

variable "registry" {
  description = "Repository of ECR that the artifact is pulled from; null when anybody may pull it"
  type        = object({ arn = string })
  default     = null
}

variable "log_group" {
  description = "Where the log goes"
  type        = object({ name = string, arn = string })
}

variable "dual_stack" {
  description = "Ask AWS at the names that have IPv6 too: for subnets whose way out is IPv6 alone"
  type        = bool
  default     = false
}

variable "session_agent" {
  description = "Agent of Session Manager as a package, https://...deb@sha256:...; null where the image has it: Debian's has not"
  type        = string
  default     = null

  validation {
    condition     = var.session_agent == null || can(regex("^https://.*@sha256:[0-9a-f]{64}$", var.session_agent))
    error_message = "session_agent is https://...deb@sha256:..., and never just the latest."
  }
}

variable "environment" {
  description = "TASKSD_ENV; production never serves a store that nobody asked for"
  type        = string
  default     = "production"
}

variable "settings" {
  description = "Environment of tasksd; nothing secret"
  type        = map(string)
}

variable "app_port" {
  description = "Where tasksd listens"
  type        = number
  default     = 5000
}

variable "min_size" {
  type    = number
  default = 1
}

variable "desired_size" {
  type    = number
  default = 1
}

variable "max_size" {
  type    = number
  default = 3
}

variable "requests_per_target" {
  description = "Scale so that an instance gets so many requests a minute; the label is of the load balancer and target group"
  type        = object({ per_minute = number, resource_label = string })
  default     = null
}

variable "detailed_monitoring" {
  description = "A figure a minute instead of five, 2.10 $/month an instance: what alarms of two minutes need"
  type        = bool
  default     = false
}

variable "night" {
  description = "No instance from `sleep` to `wake`, both as cron"
  type        = object({ sleep = string, wake = string, time_zone = string })
  default     = null
}

variable "own_tls" {
  description = "There is no edge: the instance gets a certificate for this domain itself; without a domain it speaks plain HTTP"
  type        = object({ domain = string })
  default     = null
}
