variable "name" {
  description = "Name of the repository"
  type        = string
}

variable "keep_builds" {
  description = "Builds to keep; pipeline/push gives each two names"
  type        = number
  default     = 20

  validation {
    condition     = var.keep_builds >= 2
    error_message = "keep_builds is 2 or more: the build that serves, and the one to go back to."
  }
}

variable "force_delete" {
  description = "Whether it may be destroyed with images in it"
  type        = bool
  default     = false
}
