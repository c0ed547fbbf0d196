mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-1" }
  }
  mock_resource "aws_vpc" {
    defaults = { ipv6_cidr_block = "2600:1f18::/56" }
  }
}

variables {
  name   = "tasks"
  region = "us-east-1"
  cidr   = "192.168.1.0/24"
}

run "four_parts_in_two_zones" {
  assert {
    condition = toset(concat([for s in aws_subnet.public : s.cidr_block], [for s in aws_subnet.private : s.cidr_block])) == toset([
      "192.168.1.0/26", "192.168.1.64/26", "192.168.1.128/26", "192.168.1.192/26",
    ])
    error_message = "the range is cut otherwise"
  }
  assert {
    condition     = toset(keys(aws_subnet.private)) == toset(["us-east-1a", "us-east-1b"])
    error_message = "the zones are others"
  }
  assert {
    condition     = alltrue([for s in aws_subnet.public : !s.map_public_ip_on_launch])
    error_message = "whoever starts there gets a public address unasked"
  }
  assert {
    condition     = toset(aws_vpc_endpoint.s3.route_table_ids) == toset([aws_route_table.public.id, aws_route_table.private.id])
    error_message = "what images are made of goes by the way out"
  }
}

run "no_way_out_unless_one_is_named" {
  assert {
    condition = 0 == sum([for ways in [aws_route.ipv6, aws_route.nat_gateway, aws_route.nat_instance, aws_nat_gateway.this,
    aws_instance.nat, aws_eip.nat] : length(ways)])
    error_message = "there is a way out that nobody named"
  }
}

run "a_free_way_out" {
  variables {
    egress = "ipv6"
  }

  assert {
    condition     = aws_route.ipv6[0].egress_only_gateway_id == aws_egress_only_internet_gateway.this[0].id && length(aws_eip.nat) == 0
    error_message = "IPv6 goes out otherwise"
  }
  assert {
    condition     = alltrue([for s in aws_subnet.private : s.assign_ipv6_address_on_creation])
    error_message = "instances get no IPv6 address"
  }
}

run "a_way_out_by_a_gateway" {
  variables {
    egress = "nat_gateway"
  }

  assert {
    condition     = aws_route.nat_gateway[0].nat_gateway_id == aws_nat_gateway.this[0].id && length(aws_instance.nat) == 0
    error_message = "the private subnets go out otherwise"
  }
}

run "a_way_out_by_an_instance" {
  variables {
    egress = "nat_instance"
  }

  assert {
    condition     = !aws_instance.nat[0].source_dest_check && one(aws_instance.nat[0].root_block_device).encrypted
    error_message = "it would drop what is not its own, or has a volume in the clear"
  }
  assert {
    condition     = toset([for port, rule in aws_vpc_security_group_ingress_rule.nat : rule.from_port]) == toset([80, 443])
    error_message = "packages of Debian come by 80, all else by 443"
  }
}

run "another_way_is_refused" {
  command = plan
  variables {
    egress = "nat"
  }
  expect_failures = [var.egress]
}

run "a_range_that_cannot_be_cut_is_refused" {
  command = plan
  variables {
    cidr = "10.0.0.0/31"
  }
  expect_failures = [var.cidr]
}
