variable "domain" {
  description = "Name of the service, such as tasks.example.org"
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain is a name such as tasks.example.org."
  }
}

variable "zone_id" {
  description = "Zone of Route 53 that the name is in"
  type        = string
}

variable "edge" {
  description = "Where the name leads: outputs of the edge"
  type        = object({ dns_name = string, zone_id = string })
}
