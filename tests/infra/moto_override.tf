# Copied beside a root by tests/infra/run, and only there: moto in the place of AWS, the state in the folder.
terraform {
  backend "local" {}
}

provider "aws" {
  s3_use_path_style = true
  max_retries       = 3
}
