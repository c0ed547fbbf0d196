variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "region" {
  description = "Where it all is; every widget says it"
  type        = string
}

variable "group_name" {
  description = "Auto Scaling group; null for none"
  type        = string
  default     = null
}

variable "scale_out_arn" {
  description = "What cpu-high calls"
  type        = string
  default     = null
}

variable "scale_in_arn" {
  description = "What cpu-low calls"
  type        = string
  default     = null
}

variable "database_identifier" {
  description = "Database; null for none"
  type        = string
  default     = null
}

variable "load_balancer" {
  description = "ARN suffix of the load balancer; null for none"
  type        = string
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
