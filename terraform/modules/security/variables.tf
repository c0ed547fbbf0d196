variable "name" {
  description = "Prefix of every name"
  type        = string
}

variable "vpc_id" {
  description = "The network"
  type        = string
}

variable "app_port" {
  description = "Where tasksd listens"
  type        = number
  default     = 5000
}

variable "edge_ports" {
  description = "What the world may talk to on the edge: 80 (redirected when there is a certificate) and 443"
  type        = set(number)
  default     = [80, 443]

  validation {
    condition     = length(setsubtract(var.edge_ports, [80, 443])) == 0
    error_message = "The edge has the ports 80 and 443 and no other."
  }
}

variable "app_public" {
  description = "There is no edge: the world talks to tasksd by TLS"
  type        = bool
  default     = false
}
