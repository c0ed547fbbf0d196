output "edge_id" {
  value = aws_security_group.this["edge"].id
}

output "app_id" {
  value = aws_security_group.this["app"].id
}

output "database_id" {
  value = aws_security_group.this["database"].id
}
