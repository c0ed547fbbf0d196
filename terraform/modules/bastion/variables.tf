variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "vpc_id" {
  description = "The network"
  type        = string
}

variable "subnet_id" {
  description = "Where it is: a subnet with a way out to Session Manager"
  type        = string
}

variable "database_security_group_id" {
  description = "The group of the database, which lets it in"
  type        = string
}

variable "public_ipv4" {
  description = "An address of its own, 0.12 $/day, for a subnet without another way out"
  type        = bool
  default     = false
}
