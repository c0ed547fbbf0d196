# A network over two zones. Nothing in it has a way out but the one that `egress` names.
data "aws_availability_zones" "here" {
  state = "available"
}

locals {
  zones   = slice(data.aws_availability_zones.here.names, 0, 2)
  private = { for i, zone in local.zones : zone => i }
  nat     = contains(["nat_instance", "nat_gateway"], var.egress)
  outward = { 80 = "Packages of Debian", 443 = "Secrets, images, logs" }
}

resource "aws_vpc" "this" {
  cidr_block                       = var.cidr
  enable_dns_support               = true
  enable_dns_hostnames             = true
  assign_generated_ipv6_cidr_block = var.egress == "ipv6"
  tags                             = { Name = var.name }
}

# The group that every network brings lets all of its members talk: it has no rules here, and nobody uses it.
resource "aws_default_security_group" "none" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-unused" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each                = local.private
  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(var.cidr, 2, each.value)
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.name}-public-${each.key}" }
}

resource "aws_subnet" "private" {
  for_each                        = local.private
  vpc_id                          = aws_vpc.this.id
  availability_zone               = each.key
  cidr_block                      = cidrsubnet(var.cidr, 2, each.value + 2)
  ipv6_cidr_block                 = var.egress == "ipv6" ? cidrsubnet(aws_vpc.this.ipv6_cidr_block, 8, each.value) : null
  assign_ipv6_address_on_creation = var.egress == "ipv6"
  tags                            = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-public" }
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  for_each       = aws_subnet.public
  subnet_id      = each.value.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-private" }
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_egress_only_internet_gateway" "this" {
  count  = var.egress == "ipv6" ? 1 : 0
  vpc_id = aws_vpc.this.id
  tags   = { Name = var.name }
}

resource "aws_route" "ipv6" {
  count                       = var.egress == "ipv6" ? 1 : 0
  route_table_id              = aws_route_table.private.id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}

resource "aws_eip" "nat" {
  count  = local.nat ? 1 : 0
  domain = "vpc"
  tags   = { Name = "${var.name}-nat" }
}

resource "aws_nat_gateway" "this" {
  count         = var.egress == "nat_gateway" ? 1 : 0
  allocation_id = aws_eip.nat[0].id
  subnet_id     = values(aws_subnet.public)[0].id
  tags          = { Name = var.name }
}

resource "aws_route" "nat_gateway" {
  count                  = var.egress == "nat_gateway" ? 1 : 0
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[0].id
}

# A seventh of a NAT gateway's price, without its redundancy.
data "aws_ssm_parameter" "nat_image" {
  count = var.egress == "nat_instance" ? 1 : 0
  name  = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

resource "aws_security_group" "nat" {
  count       = var.egress == "nat_instance" ? 1 : 0
  name        = "${var.name}-nat"
  description = "The way out of the private subnets"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = "${var.name}-nat" }
}

resource "aws_vpc_security_group_ingress_rule" "nat" {
  for_each          = var.egress == "nat_instance" ? local.outward : {}
  security_group_id = aws_security_group.nat[0].id
  description       = "${each.value} of the private subnets, on their way out"
  cidr_ipv4         = var.cidr
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  tags              = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "nat" {
  for_each          = var.egress == "nat_instance" ? local.outward : {}
  security_group_id = aws_security_group.nat[0].id
  description       = "${each.value} to anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  tags              = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_instance" "nat" {
  count                  = var.egress == "nat_instance" ? 1 : 0
  ami                    = data.aws_ssm_parameter.nat_image[0].insecure_value
  instance_type          = "t4g.nano"
  subnet_id              = values(aws_subnet.public)[0].id
  vpc_security_group_ids = [aws_security_group.nat[0].id]
  source_dest_check      = false
  user_data              = file("${path.module}/nat.sh")
  tags                   = { Name = "${var.name}-nat" }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
  }
}

resource "aws_eip_association" "nat" {
  count         = var.egress == "nat_instance" ? 1 : 0
  instance_id   = aws_instance.nat[0].id
  allocation_id = aws_eip.nat[0].id
}

resource "aws_route" "nat_instance" {
  count                  = var.egress == "nat_instance" ? 1 : 0
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  network_interface_id   = aws_instance.nat[0].primary_network_interface_id
}

# Free, and keeps what images are made of away from the way out.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.public.id, aws_route_table.private.id]
  tags              = { Name = "${var.name}-s3" }
}
