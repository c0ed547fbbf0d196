mock_provider "aws" {
  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "us-east-1_pool" }
  }
  mock_resource "aws_cognito_user_pool_client" {
    defaults = { id = "client" }
  }
  mock_data "aws_region" {
    defaults = { name = "us-east-1" }
  }
}

variables {
  name          = "tasks"
  domain_prefix = "tasks-example"
  callback_urls = ["https://tasks.example.org/"]
}

run "tasksd_is_told_who_signs_and_for_whom" {
  assert {
    condition = output.settings == {
      TASKSD_AUTH            = "oidc"
      TASKSD_OIDC_ISSUER     = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
      TASKSD_OIDC_AUDIENCE   = "client"
      TASKSD_OIDC_ALGORITHM  = "RS256"
      TASKSD_OIDC_NOT_BEFORE = "iat"
    }
    error_message = "tasksd is told ${jsonencode(output.settings)}"
  }
}

run "a_page_keeps_no_secret" {
  assert {
    condition     = !aws_cognito_user_pool_client.page.generate_secret && aws_cognito_user_pool_client.page.allowed_oauth_flows == toset(["code"])
    error_message = "a secret in a page, or a token in an address"
  }
}

run "nobody_comes_back_in_the_clear" {
  command = plan
  variables {
    callback_urls = ["http://tasks.example.org/"]
  }
  expect_failures = [var.callback_urls]
}
