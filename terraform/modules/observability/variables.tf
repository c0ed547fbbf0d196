variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "region" {
  description = "Where it all is; every widget says it"
  type        = string
}

variable "group" {
  description = "Auto Scaling group and what its alarms call; null for none"
  type = object({
    name          = string
    scales        = optional(bool, true)
    scale_out_arn = optional(string)
    scale_in_arn  = optional(string)
  })
  default = null
}

variable "database" {
  description = "Database; null for none"
  type        = object({ identifier = string })
  default     = null
}

variable "edge" {
  description = "Load balancer; null for none"
  type        = object({ arn_suffix = string })
  default     = null
}

variable "api" {
  description = "HTTP API; null for none"
  type        = object({ id = string })
  default     = null
}

variable "service" {
  description = "Service of ECS, which scales by itself; null for none"
  type        = object({ cluster = string, name = string })
  default     = null
}

variable "detailed_monitoring" {
  description = "Whether instances have a figure each minute"
  type        = bool
  default     = false
}

variable "log_days" {
  description = "How long logs are kept"
  type        = number
  default     = 7
}

variable "alarm_emails" {
  description = "Whom to tell"
  type        = list(string)
  default     = []
}
