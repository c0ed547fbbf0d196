variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "database_identifier" {
  description = "The database"
  type        = string
}

variable "database_arn" {
  description = "The same, for the policy"
  type        = string
}

variable "sleep" {
  description = "When to stop it, as cron of EventBridge: minute hour day month weekday year"
  type        = string
}

variable "wake" {
  description = "When to start it"
  type        = string
}

variable "time_zone" {
  description = "Of both times"
  type        = string
  default     = "Europe/Berlin"
}
