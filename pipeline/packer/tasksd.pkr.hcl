# The golden image: Debian 12 on arm64 with what the user data of terraform/modules/compute_asg would install at boot,
# and tasksd and tasksctl themselves.
#   packer build -var packages=build/packages pipeline/packer
variable "packages" {
  description = "Folder with tasksd_*_arm64.deb and tasksctl_*_arm64.deb, as pipeline/package makes them"
  type        = string
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "version" {
  description = "What the image is called after"
  type        = string
  default     = "0.1.0"
}

source "amazon-ebs" "debian" {
  ami_name      = "tasksd-${var.version}-{{timestamp}}"
  instance_type = "t4g.nano"
  region        = var.region
  ssh_username  = "admin"
  encrypt_boot  = true

  source_ami_filter {
    filters = {
      name                = "debian-12-arm64-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    owners      = ["136693071363"] # Debian
    most_recent = true
  }

  tags = {
    Name    = "tasksd"
    Version = var.version
  }
}

build {
  sources = ["source.amazon-ebs.debian"]

  provisioner "file" {
    source      = "${var.packages}/"
    destination = "/tmp"
  }

  provisioner "shell" {
    inline = [
      "sudo apt-get update -qq",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -qq -y podman amazon-ecr-credential-helper curl ca-certificates awscli",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -qq -y /tmp/tasksd_*.deb /tmp/tasksctl_*.deb",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get upgrade -qq -y",
      "sudo systemctl disable ssh.service", # nobody logs in to an instance
      "rm -f /tmp/*.deb ~/.ssh/authorized_keys",
      "sudo cloud-init clean --logs",
    ]
  }
}
