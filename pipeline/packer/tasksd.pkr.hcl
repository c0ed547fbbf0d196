# The golden image: Debian 12 on arm64 with all that an instance would install (terraform/modules/compute_asg/boot), so
# that it has nothing to install when it starts. What it serves is told to it then.
#   packer build -var packages=build/packages pipeline/packer
#   aws ssm put-parameter --type String --data-type aws:ec2:image --name /tasks/image --value ami-...   # -> image_parameter
variable "packages" {
  description = "Folder with tasksd_*_arm64.deb and tasksctl_*_arm64.deb, as pipeline/package makes them"
  type        = string
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "session_agent" {
  description = "Agent of Session Manager, https://...deb@sha256:...; empty for none, and then nobody gets to an instance"
  type        = string
  default     = ""
}

variable "artifact" {
  description = "An image to have there already, NAME@sha256:..., which anybody may pull; empty for none"
  type        = string
  default     = ""
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

  provisioner "file" {
    sources     = [for name in ["tasks-fetch", "tasks-install"] : "${path.root}/../../terraform/modules/compute_asg/boot/${name}"]
    destination = "/tmp/"
  }

  provisioner "shell" {
    inline = [
      "sudo apt-get update -qq",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get upgrade -qq -y",
      "sudo /tmp/tasks-install podman amazon-ecr-credential-helper ca-certificates curl awscli caddy",
      "sudo systemctl disable caddy.service", # where there is no edge the instance enables it
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -qq -y /tmp/tasksd_*.deb /tmp/tasksctl_*.deb",
      "if [ -n '${var.session_agent}' ]; then /tmp/tasks-fetch '${var.session_agent}' /tmp/agent.deb && sudo dpkg --install /tmp/agent.deb; fi",
      "sudo curl --silent --show-error --fail --create-dirs --output /etc/tasksd/rds-ca.pem https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem",
      "if [ -n '${var.artifact}' ]; then sudo podman pull --quiet '${var.artifact}'; fi",
      "sudo systemctl disable ssh.service", # nobody logs in to an instance
      "rm -f /tmp/*.deb /tmp/tasks-* ~/.ssh/authorized_keys",
      "sudo cloud-init clean --logs",
    ]
  }
}
