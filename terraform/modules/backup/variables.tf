variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "arns" {
  description = "What is kept: databases, volumes"
  type        = list(string)
}

variable "keep_days" {
  description = "How long a recovery point is kept"
  type        = number
}

variable "copy_to" {
  description = "Vault in a second region; null for none"
  type        = string
  default     = null
}
