variable "name" {
  description = "Name of the budget"
  type        = string
}

variable "project" {
  description = "Value of the tag Project that counts"
  type        = string
}

variable "dollars_a_month" {
  description = "What it may cost"
  type        = number
}

variable "emails" {
  description = "Whom to tell"
  type        = list(string)
  default     = []
}
