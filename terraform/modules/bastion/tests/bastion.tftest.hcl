mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "ami-0123456789abcdef0" }
  }
}

variables {
  name                       = "tasks"
  vpc_id                     = "vpc-1"
  subnet_id                  = "subnet-1"
  database_security_group_id = "sg-1"
}

run "nobody_connects_to_it" {
  assert {
    condition     = aws_vpc_security_group_ingress_rule.database.security_group_id == "sg-1"
    error_message = "the only rule for what comes in is the database's"
  }
  assert {
    condition     = one(aws_instance.this.metadata_options).http_tokens == "required" && one(aws_instance.this.metadata_options).http_put_response_hop_limit == 1
    error_message = "its metadata are open to what runs on it"
  }
}
