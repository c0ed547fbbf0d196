variable "name" {
  description = "Name of the pool of users"
  type        = string
}

variable "domain_prefix" {
  description = "First part of the name of the page to sign in at; nobody else in the region may have it"
  type        = string
}

variable "callback_urls" {
  description = "Where people come back to after they have signed in"
  type        = list(string)

  validation {
    condition     = alltrue([for url in var.callback_urls : startswith(url, "https://") || startswith(url, "http://localhost")])
    error_message = "A callback is an https:// address, or http://localhost."
  }
}

variable "sign_up" {
  description = "Whether people may make an account themselves"
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Refuse to be destroyed"
  type        = bool
  default     = false
}
