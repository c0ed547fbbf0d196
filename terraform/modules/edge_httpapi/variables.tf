variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, where the link ends"
  type        = list(string)
}

variable "security_group_id" {
  description = "The group of the edge"
  type        = string
}

variable "requests_per_second" {
  description = "More is answered with 429; it also bounds what a flood can cost"
  type        = number
  default     = 200
}
