variable "name" {
  description = "Prefix of every name, at most 28 characters"
  type        = string

  validation {
    condition     = length(var.name) <= 28
    error_message = "A load balancer's name has at most 32 characters, and -app is added to it."
  }
}

variable "vpc_id" {
  description = "The network"
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets in two zones"
  type        = list(string)
}

variable "security_group_id" {
  description = "The group of the edge"
  type        = string
}

variable "app_port" {
  description = "Where tasksd listens"
  type        = number
  default     = 5000
}

variable "target_type" {
  description = "instance, or ip for Fargate"
  type        = string
  default     = "instance"
}

variable "certificate" {
  description = "Certificate of ACM, whose ARN may be known only later; without one the edge speaks plain HTTP"
  type        = object({ arn = string })
  default     = null
}

variable "access_logs_bucket" {
  description = "Bucket for the log of requests; none by default, tasksd logs them itself"
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to be destroyed"
  type        = bool
  default     = false
}
