terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
  # This is what makes the bucket for the state of all else, so its own stays beside it.
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Project = var.name, Environment = "shared", ManagedBy = "terraform" }
  }
}
