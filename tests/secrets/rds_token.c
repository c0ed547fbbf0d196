/* rds_token HOST PORT USER REGION STAMP: the token for that moment, with the keys of the environment. */
#include <stdio.h>
#include <stdlib.h>

#include "aws_rds.h"

int main(int argc, char **argv)
{
    wiped token = {0};
    tasks_error error;
    if (argc != 6)
        return EXIT_FAILURE;
    aws_rds_request request = {.host = argv[1],
                               .port = argv[2],
                               .user = argv[3],
                               .token = getenv("AWS_SESSION_TOKEN"),
                               .with = {.key_id = getenv("AWS_ACCESS_KEY_ID"),
                                        .key = getenv("AWS_SECRET_ACCESS_KEY"),
                                        .region = argv[4],
                                        .service = "rds-db"}};
    snprintf(request.with.stamp, sizeof request.with.stamp, "%s", argv[5]);
    if (aws_rds_sign(&request, &token, &error)) {
        fprintf(stderr, "rds_token: %s\n", error.message);
        return EXIT_FAILURE;
    }
    puts(token.text);
    wiped_done(&token);
    return EXIT_SUCCESS;
}
