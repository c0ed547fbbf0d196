variable "name" {
  description = "Name of the filter and prefix of its figures"
  type        = string
}

variable "load_balancer_arn" {
  description = "What it stands before"
  type        = string
}

variable "requests_in_five_minutes" {
  description = "Of one address; what is above is answered with 429"
  type        = number
  default     = 10000

  validation {
    condition     = var.requests_in_five_minutes >= 100
    error_message = "AWS knows no limit below 100."
  }
}
