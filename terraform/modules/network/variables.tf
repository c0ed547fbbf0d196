variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "region" {
  description = "Where it all is"
  type        = string
}

variable "cidr" {
  description = "IPv4 addresses: cut into four, two public and two private subnets; AWS keeps five of each"
  type        = string
  default     = "10.20.0.0/22"

  validation {
    condition     = can(cidrsubnet(var.cidr, 2, 3))
    error_message = "cidr is no network that can be cut into four, such as 10.20.0.0/22."
  }
}

variable "egress" {
  description = "Way out of the private subnets: none, ipv6 (free), nat_instance (0.24 $/day) or nat_gateway (1.20 $/day)"
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "ipv6", "nat_instance", "nat_gateway"], var.egress)
    error_message = "egress is none, ipv6, nat_instance or nat_gateway."
  }
}
