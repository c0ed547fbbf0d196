# Who may talk to whom: the world to the edge, the edge to the application, the application to the database. One rule
# a resource, each with its reason. Nobody logs in to anything: there is no port 22.
locals {
  groups = {
    edge     = "What the world talks to"
    app      = "tasksd"
    database = "PostgreSQL"
  }

  # from or to a group of ours, or an address
  ingress = merge(
    { for port in var.edge_ports : "edge_${port}" => {
      group = "edge", from = null, cidr = "0.0.0.0/0", port = port, why = "The world, to the edge"
    } },
    {
      app      = { group = "app", from = "edge", cidr = null, port = var.app_port, why = "Only the edge reaches tasksd" }
      database = { group = "database", from = "app", cidr = null, port = 5432, why = "Only tasksd reaches the database" }
    },
    { for port in var.app_public ? [80, 443] : [] : "app_public_${port}" => {
      group = "app", from = null, cidr = "0.0.0.0/0", port = port, why = "The world, to the instance with its own TLS"
    } },
  )
  egress = {
    edge_app      = { group = "edge", to = "app", cidr = null, cidr6 = null, port = var.app_port, why = "The edge, to tasksd" }
    app_database  = { group = "app", to = "database", cidr = null, cidr6 = null, port = 5432, why = "tasksd, to the database" }
    app_https     = { group = "app", to = null, cidr = "0.0.0.0/0", cidr6 = null, port = 443, why = "Secrets, images, logs" }
    app_https6    = { group = "app", to = null, cidr = null, cidr6 = "::/0", port = 443, why = "The same by IPv6" }
    app_packages  = { group = "app", to = null, cidr = "0.0.0.0/0", cidr6 = null, port = 80, why = "Signed packages of Debian" }
    app_packages6 = { group = "app", to = null, cidr = null, cidr6 = "::/0", port = 80, why = "The same by IPv6" }
  }
}

resource "aws_security_group" "this" {
  for_each    = local.groups
  name        = "${var.name}-${each.key}"
  description = each.value
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-${each.key}" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  for_each                     = local.ingress
  security_group_id            = aws_security_group.this[each.value.group].id
  referenced_security_group_id = each.value.from == null ? null : aws_security_group.this[each.value.from].id
  cidr_ipv4                    = each.value.cidr
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.value.why
  tags                         = { Name = "${var.name}-${each.key}" }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each                     = local.egress
  security_group_id            = aws_security_group.this[each.value.group].id
  referenced_security_group_id = each.value.to == null ? null : aws_security_group.this[each.value.to].id
  cidr_ipv4                    = each.value.cidr
  cidr_ipv6                    = each.value.cidr6
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = each.value.why
  tags                         = { Name = "${var.name}-${each.key}" }
}
