variable "region" {
  description = "Where it all is"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "Prefix of every name"
  type        = string
  default     = "tasks-lite"
}

variable "artifact" {
  description = "The first image to run, by digest: NAME@sha256:...; later ones come by pipeline/deploy.sh"
  type        = string
}

variable "alarm_emails" {
  description = "Whom alarms and the budget tell"
  type        = list(string)
  default     = []
}

variable "final_snapshot" {
  description = "Keep a snapshot of the tasks when all of it is destroyed"
  type        = bool
  default     = true
}
