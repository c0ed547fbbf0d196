variable "name" {
  description = "Name of the instance"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in two zones"
  type        = list(string)
}

variable "security_group_id" {
  description = "The group of the database"
  type        = string
}

variable "secret_arn" {
  description = "The secret that has the password"
  type        = string
}

variable "secret_version_arn" {
  description = "Known once the secret has a value"
  type        = string
}

variable "username" {
  description = "User, as the secret has it"
  type        = string
}

variable "password_version" {
  description = "Counted up with the secret's"
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "PostgreSQL 15 or later"
  type        = string
  default     = "15"

  validation {
    condition     = tonumber(split(".", var.engine_version)[0]) >= 15
    error_message = "tasks needs PostgreSQL 15 or later."
  }
}

variable "instance_class" {
  description = "Size; db.t4g.micro is the smallest"
  type        = string
  default     = "db.t4g.micro"
}

variable "storage_gb" {
  description = "Size of the volume; 20 is the smallest"
  type        = number
  default     = 20
}

variable "multi_az" {
  description = "A standby in another zone"
  type        = bool
  default     = false
}

variable "backup_days" {
  description = "How far back a point in time can be restored: 1 to 35"
  type        = number
  default     = 7
}

variable "log_days" {
  description = "How long its log is kept"
  type        = number
  default     = 7
}

variable "deletion_protection" {
  description = "Refuse to be destroyed"
  type        = bool
  default     = false
}

variable "skip_final_snapshot" {
  description = "Leave no snapshot behind when it is destroyed"
  type        = bool
  default     = true
}
