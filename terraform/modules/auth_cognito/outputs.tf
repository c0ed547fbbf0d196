output "settings" {
  description = "What tasksd is told to let these people in"
  value = {
    TASKSD_AUTH            = "oidc"
    TASKSD_OIDC_ISSUER     = "https://cognito-idp.${data.aws_region.here.name}.amazonaws.com/${aws_cognito_user_pool.this.id}"
    TASKSD_OIDC_AUDIENCE   = aws_cognito_user_pool_client.page.id
    TASKSD_OIDC_ALGORITHM  = "RS256"
    TASKSD_OIDC_NOT_BEFORE = "iat" # Cognito writes no nbf
  }
}

output "sign_in_url" {
  value = "https://${aws_cognito_user_pool_domain.this.domain}.auth.${data.aws_region.here.name}.amazoncognito.com"
}
