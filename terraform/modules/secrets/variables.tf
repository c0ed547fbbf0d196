variable "secret_name" {
  description = "What tasksd is told as DB_SECRET_NAME or --db-secret aws:NAME"
  type        = string
}

variable "username" {
  description = "User of the database; not `admin`, which RDS keeps for itself"
  type        = string
  default     = "tasks_app"

  validation {
    condition     = !contains(["admin", "postgres", "rdsadmin"], var.username)
    error_message = "RDS keeps this name for itself."
  }
}

variable "password_version" {
  description = "Count it up for another password"
  type        = number
  default     = 1
}

variable "recovery_window_days" {
  description = "How long a deleted secret can be had back: 0, or 7 to 30"
  type        = number
  default     = 0

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "AWS takes 0, or 7 to 30."
  }
}
