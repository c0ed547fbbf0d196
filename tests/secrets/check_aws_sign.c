/* Signatures that AWS has published, and tokens that the AWS command line has made. */
#include "aws_sign.h"

#include <string.h>

#include "aws_rds.h"
#include "run.h"

#define EMPTY  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define KEY    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define S3_KEY "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

/* The first five are of the Signature Version 4 test suite and the reference of IAM, the last of that of S3.
 */
static const struct {
    const char *name, *key, *region, *service, *stamp, *request, *hash, *signature;
} published[] = {
    {"get-vanilla", KEY, "us-east-1", "service", "20150830T123600Z",
     "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n" EMPTY,
     "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"post-vanilla", KEY, "us-east-1", "service", "20150830T123600Z",
     "POST\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n" EMPTY,
     "553f88c9e4d10fc9e109e2aeb65f030801b70c2f6468faca261d401ae622fc87",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"get-vanilla-query-order-key-case", KEY, "us-east-1", "service", "20150830T123600Z",
     "GET\n/\nParam1=value1&Param2=value2\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
     "host;x-amz-date\n" EMPTY,
     "816cd5b414d056048ba4f7c5386d6e0533120fb1fcfa93762cf0fc39e2cf19e0",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"ListUsers of IAM", KEY, "us-east-1", "iam", "20150830T123600Z",
     "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
     "content-type:application/x-www-form-urlencoded; charset=utf-8\nhost:iam.amazonaws.com\n"
     "x-amz-date:20150830T123600Z\n\ncontent-type;host;x-amz-date\n" EMPTY,
     "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59",
     "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
    {"presigned URL of S3", S3_KEY, "us-east-1", "s3", "20130524T000000Z",
     "GET\n/"
     "test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1"
     "%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\n"
     "host:examplebucket.s3.amazonaws.com\n\nhost\nUNSIGNED-PAYLOAD",
     "3bfa292879f6447bbcda7001decf97f4a54dc650c8942174ae0a9121cf58ad04",
     "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"},
};

START_TEST(published_signatures_are_made_again)
{
    for (int i = 0; i < RUN_COUNT(published); i++) {
        aws_sign_with with = {
            .key = published[i].key, .region = published[i].region, .service = published[i].service};
        char hash[AWS_SIGN_HEX], signature[AWS_SIGN_HEX];
        buf text, wanted;
        buf_init(&text, 1000);
        buf_init(&wanted, 1000);
        memcpy(with.stamp, published[i].stamp, sizeof with.stamp);
        aws_sign_hash(published[i].request, strlen(published[i].request), hash);
        ck_assert_msg(!strcmp(hash, published[i].hash), "%s: %s", published[i].name, hash);
        aws_sign_text(&text, &with, published[i].request, strlen(published[i].request));
        buf_print(&wanted, "AWS4-HMAC-SHA256\n%s\n%.8s/%s/%s/aws4_request\n%s", with.stamp, with.stamp,
                  with.region, with.service, published[i].hash);
        ck_assert_str_eq(text.bytes, wanted.bytes);
        ck_assert_int_eq(aws_sign_text_signature(&with, text.bytes, text.length, signature, NULL), TASKS_OK);
        ck_assert_msg(!strcmp(signature, published[i].signature), "%s: %s", published[i].name, signature);
        buf_done(&text);
        buf_done(&wanted);
    }
}
END_TEST

#define SESSION "FwoGZXIvYXdzEXAMPLE//token+with/all=of==it"

/* By `aws rds generate-db-auth-token` 1.45.11; tests/secrets/run makes more, for the moment of the run. */
static const struct {
    const char *host, *port, *user, *region, *session, *stamp, *token;
} made[] = {
    {"db.abc123.eu-west-1.rds.amazonaws.com", "5432", "app_user", "eu-west-1", NULL, "20261121T004151Z",
     "db.abc123.eu-west-1.rds.amazonaws.com:5432/"
     "?Action=connect&DBUser=app_user&X-Amz-Algorithm=AWS4-HMAC-SHA256&"
     "X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date="
     "20261121T004151Z&"
     "X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
     "X-Amz-Signature=deacd95b39b8deeb6ee9a29bc8c64365ac2797472a9cca34f63e4ebbe110793b"},
    {"Db.Abc.us-east-1.rds.amazonaws.com", "443", "jane@example+x/y", "us-east-1", NULL, "20261121T004153Z",
     "Db.Abc.us-east-1.rds.amazonaws.com:443/?Action=connect&DBUser=jane%40example%2Bx%2Fy&"
     "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Fus-east-1%2Frds-db%2Faws4_"
     "request&"
     "X-Amz-Date=20261121T004153Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
     "X-Amz-Signature=b340264f640cdbead2e170a48b8f073c0ee8cc9093ffa37dd49e2be344315068"},
    {"db.abc123.eu-west-1.rds.amazonaws.com", "5432", "app_user", "eu-west-1", SESSION, "20261121T004154Z",
     "db.abc123.eu-west-1.rds.amazonaws.com:5432/"
     "?Action=connect&DBUser=app_user&X-Amz-Algorithm=AWS4-HMAC-SHA256&"
     "X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date="
     "20261121T004154Z&"
     "X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
     "X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2Ftoken%2Bwith%2Fall%3Dof%3D%3Dit&"
     "X-Amz-Signature=9e5ed7be3047c6b58abf3c0a040bf289e76001978c7908f640da8f9f714f6947"},
    {"Db.Abc.us-east-1.rds.amazonaws.com", "443", "jane@example+x/y", "us-east-1", SESSION,
     "20261121T004157Z",
     "Db.Abc.us-east-1.rds.amazonaws.com:443/?Action=connect&DBUser=jane%40example%2Bx%2Fy&"
     "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Fus-east-1%2Frds-db%2Faws4_"
     "request&"
     "X-Amz-Date=20261121T004157Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&"
     "X-Amz-Security-Token=FwoGZXIvYXdzEXAMPLE%2F%2Ftoken%2Bwith%2Fall%3Dof%3D%3Dit&"
     "X-Amz-Signature=07f6217171c97f5c689e363575b1cb0b5cb6bea824f4258d52a1ef0e02b59495"},
};

START_TEST(tokens_are_those_of_the_aws_command_line)
{
    for (int i = 0; i < RUN_COUNT(made); i++) {
        aws_rds_request request = {
            .host = made[i].host,
            .port = made[i].port,
            .user = made[i].user,
            .token = made[i].session,
            .with = {.key_id = "AKIDEXAMPLE", .key = KEY, .region = made[i].region, .service = "rds-db"}};
        wiped token = {0};
        memcpy(request.with.stamp, made[i].stamp, sizeof request.with.stamp);
        ck_assert_int_eq(aws_rds_sign(&request, &token, NULL), TASKS_OK);
        ck_assert_str_eq(token.text, made[i].token);
        wiped_done(&token);
    }
}
END_TEST

START_TEST(stamps)
{
    char stamp[AWS_SIGN_STAMP];
    aws_sign_stamp(INT64_C(1440938160000), stamp);
    ck_assert_str_eq(stamp, "20150830T123600Z");
    aws_sign_stamp(0, stamp);
    ck_assert_str_eq(stamp, "19700101T000000Z");
}
END_TEST

START_TEST(encoding)
{
    buf text;
    buf_init(&text, 1000);
    aws_sign_encode(&text, "aZ09-._~ /+=%&\xC3\xA9");
    ck_assert_str_eq(text.bytes, "aZ09-._~%20%2F%2B%3D%25%26%C3%A9");
    buf_done(&text);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {published_signatures_are_made_again,
                                  tokens_are_those_of_the_aws_command_line, stamps, encoding, NULL};
    return run_suite("aws_sign", tests);
}
