# shellcheck shell=bash
# Source it in a GitHub workflow with `id-token: write`: the aws command line then takes the role $AWS_ROLE_ARN by
# the token of this run. No key is stored anywhere.
AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)
AWS_ROLE_SESSION_NAME=github-$GITHUB_RUN_ID
export AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_SESSION_NAME
curl --silent --show-error --fail --max-time 20 --config - \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" \
    <<<"header = \"Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN\"" |
    jq -er .value >"$AWS_WEB_IDENTITY_TOKEN_FILE"
